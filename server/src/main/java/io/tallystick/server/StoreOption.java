package io.tallystick.server;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.Stores;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --store}: the URL of a store; without it, the one that the environment names. */
final class StoreOption {
  private final RedisEnvironment environment;

  @Option(
      names = "--store",
      paramLabel = "URL",
      description =
          "The store, such as sqlite:/var/lib/shop.db or redis://host:6379; or two with a comma.")
  private @Nullable String url;

  StoreOption() {
    this(System.getenv());
  }

  StoreOption(Map<String, String> environment) {
    this.environment = new RedisEnvironment(environment);
  }

  boolean isGiven() {
    return url != null || environment.url() != null;
  }

  /** What the keys of gunicorn begin with where the environment names the store; else null. */
  @Nullable String gunicornPrefix() {
    return url == null && environment.url() != null ? environment.prefix() : null;
  }

  /**
   * The store to look at, which the caller closes: none is made.
   *
   * @throws UsageException if the URL is none that can be opened
   * @throws io.tallystick.store.StoreException if there is none, or it cannot be opened
   */
  Store openExisting() {
    return openExisting(given());
  }

  /** As {@link #openExisting()}, of a URL that was given otherwise. */
  static Store openExisting(String url) {
    return existing(url)
        .orElseThrow(
            () -> new StoreException(Category.PERMANENT, "no such store: store=" + name(url)));
  }

  /**
   * The store where there is one, which the caller closes.
   *
   * @throws UsageException if the URL is none that can be opened
   * @throws io.tallystick.store.StoreException if the store cannot be opened
   */
  Optional<Store> existing() {
    return existing(given());
  }

  private static Optional<Store> existing(String url) {
    try {
      return Stores.openExisting(url);
    } catch (IllegalArgumentException e) {
      throw refusal(e);
    }
  }

  /**
   * The store, which is made where there is none, and which the caller closes.
   *
   * @throws UsageException if the URL is none that can be opened
   * @throws io.tallystick.store.StoreException if the store cannot be opened
   */
  Store open() {
    return open(given());
  }

  /** As {@link #open()}, of a URL that was given otherwise. */
  static Store open(String url) {
    try {
      return Stores.open(url);
    } catch (IllegalArgumentException e) {
      throw refusal(e);
    }
  }

  /** The URL without secrets. */
  String name() {
    return name(given());
  }

  /** A URL without secrets. */
  static String name(String url) {
    try {
      return Stores.withoutSecrets(url);
    } catch (IllegalArgumentException e) {
      throw refusal(e);
    }
  }

  private String given() {
    String given = url == null ? environment.url() : url;
    if (given == null) {
      throw new UsageException("missing: option=--store");
    }
    return given;
  }

  private static UsageException refusal(IllegalArgumentException e) {
    return new UsageException("bad URL after --store: " + e.getMessage());
  }
}
