package io.tallystick.server;

import io.tallystick.records.RecordJson;
import io.tallystick.records.RecordQuery;
import io.tallystick.server.records.FilterText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked of records: filters, times, order and page. */
final class QueryOptions {
  @Option(
      names = "--where",
      paramLabel = "FILTER",
      description = "Field, operator and value, as in 'severity>=high'; all given ones hold.")
  private final List<String> filters = new ArrayList<>();

  @Option(names = "--from", paramLabel = "TIME", description = "Those of this time or later.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Those of this time or earlier.")
  private @Nullable String to;

  @Option(names = "--sort", paramLabel = "FIELD", description = "By this field.")
  private @Nullable String sort;

  @Option(names = "--ascending", description = "The least or oldest first.")
  private boolean ascending;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "So many at most (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "Without so many that come first.")
  private int offset;

  @Option(names = "--after", paramLabel = "CURSOR", description = "Those behind a page.")
  private @Nullable String after;

  /**
   * The query.
   *
   * @throws UsageException where an option has what it cannot
   */
  RecordQuery query() {
    return legal(
        () -> {
          RecordQuery query = RecordQuery.all().limit(limit).offset(offset);
          for (String filter : filters) {
            query = FilterText.add(query, filter);
          }
          query = from == null ? query : query.from(RecordJson.time(from));
          query = to == null ? query : query.to(RecordJson.time(to));
          query = ascending && sort == null ? query.oldestFirst() : query;
          query = sort == null ? query : query.sortedBy(sort, !ascending);
          return after == null ? query : query.after(after);
        });
  }

  /** What a call gives; what it refuses was typed wrongly. */
  static <T> T legal(Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** The time of a text; what has none is another one. */
  static Instant time(@Nullable String text, Instant otherwise) {
    return text == null ? otherwise : legal(() -> RecordJson.time(text));
  }
}
