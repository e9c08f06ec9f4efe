package io.tallystick.server;

import io.tallystick.sd.cache.CacheSettings;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How old lists of targets may be, and how many. Servers and workers are given the same. */
final class SdCacheOptions {
  private static final int MOST_SECONDS = 7 * 24 * 60 * 60;
  private static final int MOST_QUERIES = 1_000_000;

  @Option(
      names = {"-m", "--cache-seconds", "--cache_seconds"},
      paramLabel = "SECONDS",
      description = "How old a list is served without a warning (default: 300).")
  private String cacheSeconds = "300";

  @Option(
      names = {"--cache-refresh-interval", "--cache_refresh_interval"},
      paramLabel = "SECONDS",
      description = "How often the list of a path is made again that is asked for (default: 60).")
  private String refreshSeconds = "60";

  @Option(
      names = {"--max-stale-seconds", "--max_stale_seconds"},
      paramLabel = "SECONDS",
      description =
          "How old a list is served while no newer one can be had, with a warning (default: 3600).")
  private String maxStaleSeconds = "3600";

  @Option(
      names = {"--queries-per-path", "--queries_per_path"},
      paramLabel = "NUMBER",
      description = "With how many different arguments a path may be asked for (default: 1000).")
  private String queriesPerPath = "1000";

  @Option(
      names = {"--query-limit", "--query_limit"},
      paramLabel = "NUMBER",
      description =
          "With how many different arguments all paths together may be asked for (default: 10000).")
  private String queries = "10000";

  /**
   * The settings.
   *
   * @throws UsageException if a number is none, or out of range
   */
  CacheSettings settings() {
    return new CacheSettings(
        seconds("cache-seconds", cacheSeconds),
        seconds("cache-refresh-interval", refreshSeconds),
        seconds("max-stale-seconds", maxStaleSeconds),
        new IntegerRange("queries-per-path", 1, MOST_QUERIES).parse(queriesPerPath),
        new IntegerRange("query-limit", 1, MOST_QUERIES).parse(queries));
  }

  private static Duration seconds(String name, String text) {
    return Duration.ofSeconds(new IntegerRange(name, 1, MOST_SECONDS).parse(text));
  }
}
