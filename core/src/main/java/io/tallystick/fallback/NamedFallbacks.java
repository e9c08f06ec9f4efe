package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.KeyValues;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Fallbacks with names: their conditions are validated when they are registered, and evaluated when
 * somebody asks. Stored at {@code fallback:definition:<name>}, as JSON with {@code name}, {@code
 * condition}, {@code action} and {@code metadata}. Threading: any.
 */
public final class NamedFallbacks {
  private static final System.Logger LOG = System.getLogger(NamedFallbacks.class.getName());
  private static final String PREFIX = "fallback:definition:";

  private final KeyValues keyValues;
  private final Set<String> variables;
  private final NavigableMap<String, Parsed> fallbacks = new ConcurrentSkipListMap<>();

  private NamedFallbacks(KeyValues keyValues, Set<String> variables) {
    this.keyValues = keyValues;
    this.variables = Set.copyOf(variables);
  }

  /**
   * Those that a store has, whose conditions have the default variables.
   *
   * @throws StoreException where it cannot be read
   */
  public static NamedFallbacks of(Store store) {
    return of(store, Condition.DEFAULT_VARIABLES);
  }

  /**
   * Those that a store has. One that cannot be read, or whose condition is none, is left out, and
   * said in the log.
   *
   * @param variables those that conditions may have
   * @throws StoreException where it cannot be read
   */
  public static NamedFallbacks of(Store store, Set<String> variables) {
    NamedFallbacks all = new NamedFallbacks(store.keyValues(), variables);
    all.load();
    return all;
  }

  /** Takes in what others have registered, or removed, since. */
  public void load() {
    List<String> keys = new ArrayList<>();
    keyValues.forEachKey(PREFIX, keys::add);
    Map<String, Parsed> stored = new TreeMap<>();
    for (String key : keys) {
      Optional<byte[]> json = keyValues.get(key);
      json.flatMap(bytes -> parse(key, bytes))
          .ifPresent(parsed -> stored.put(parsed.fallback.name(), parsed));
    }
    fallbacks.putAll(stored);
    fallbacks.keySet().retainAll(stored.keySet());
  }

  private Optional<Parsed> parse(String key, byte[] json) {
    Optional<Map<String, Object>> members = JsonObject.parse(new String(json, UTF_8));
    if (members.isEmpty()) {
      LOG.log(System.Logger.Level.WARNING, "fallback is no JSON object: key=" + key);
      return Optional.empty();
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    if (members.get().get("metadata") instanceof Map<?, ?> inner) {
      inner.forEach((name, value) -> metadata.put(name.toString(), value.toString()));
    }
    NamedFallback fallback =
        new NamedFallback(
            key.substring(PREFIX.length()),
            text(members.get(), "condition"),
            text(members.get(), "action"),
            metadata);
    try {
      return Optional.of(new Parsed(fallback, Condition.parse(fallback.condition(), variables)));
    } catch (Condition.SyntaxException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "fallback has no condition: key=" + key + " cause=" + e.getMessage());
      return Optional.empty();
    }
  }

  private static String text(Map<String, Object> members, String name) {
    Object value = members.get(name);
    return value == null ? "" : value.toString();
  }

  /**
   * Registers a fallback, in the place of one of its name.
   *
   * @throws Condition.SyntaxException where its condition is none; nothing has changed then
   * @throws StoreException where it cannot be stored; nothing has changed then
   */
  public void register(NamedFallback fallback) {
    Parsed parsed = new Parsed(fallback, Condition.parse(fallback.condition(), variables));
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", fallback.name());
    members.put("condition", fallback.condition());
    members.put("action", fallback.action());
    members.put("metadata", new TreeMap<>(fallback.metadata()));
    keyValues.put(PREFIX + fallback.name(), JsonObject.of(members).getBytes(UTF_8));
    fallbacks.put(fallback.name(), parsed);
  }

  /**
   * Removes a fallback; false where there was none.
   *
   * @throws StoreException where the store cannot be written; nothing has changed then
   */
  public boolean unregister(String name) {
    boolean wasStored = keyValues.delete(PREFIX + name);
    return fallbacks.remove(name) != null || wasStored;
  }

  /** All, sorted by name. */
  public List<NamedFallback> all() {
    return fallbacks.values().stream().map(Parsed::fallback).toList();
  }

  /**
   * What is to be done: the fallback of this name, where its condition holds.
   *
   * @param context the values of the variables: numbers and strings
   * @throws IllegalArgumentException where there is none of this name
   * @throws Condition.EvaluationException as {@link Condition#test}
   */
  public Optional<NamedFallback> evaluate(String name, Map<String, ?> context) {
    Parsed parsed = fallbacks.get(name);
    if (parsed == null) {
      throw new IllegalArgumentException("no such fallback: name=" + name);
    }
    return parsed.condition.test(context) ? Optional.of(parsed.fallback) : Optional.empty();
  }

  private record Parsed(NamedFallback fallback, Condition condition) {}
}
