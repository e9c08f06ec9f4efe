package io.tallystick.server.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One value of a config, with the path that leads to it, as in {@code checks[1].url}. What does not
 * fit is refused with this path, and without the value, which may be a secret. Immutable.
 */
public final class ConfigNode {
  private static final int MOST_ITEMS = 1_000;
  private static final int MOST_SECRET_BYTES = 64 << 10;

  private final String path;
  private final JsonNode value;

  private ConfigNode(String path, JsonNode value) {
    this.path = path;
    this.value = value;
  }

  /**
   * The whole config.
   *
   * @throws ConfigException where it is no map
   */
  static ConfigNode root(JsonNode value) {
    if (!value.isObject()) {
      throw new ConfigException("not a map of settings");
    }
    return new ConfigNode("", value);
  }

  /** What is wrong with this value. */
  public ConfigException refusal(String what) {
    return new ConfigException(what + ": field=" + path);
  }

  /** What a call makes of this value; what it does not take is refused with its reason. */
  @CanIgnoreReturnValue
  public <T> T taken(Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) { // ours show no secret; the JDK may show a path
      throw refusal(String.valueOf(e.getMessage()));
    }
  }

  private ConfigException expected(String what) {
    return new ConfigException("bad value: field=" + path + " expected=" + what);
  }

  private String pathOf(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Refuses anything but a map of some of these. */
  public ConfigNode requireFields(Set<String> known) {
    if (!value.isObject()) {
      throw expected("a map");
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (!known.contains(field.getKey())) {
        throw new ConfigException(
            "unknown: field=" + pathOf(field.getKey()) + " known=" + new TreeSet<>(known));
      }
    }
    return this;
  }

  /** A field of this map, where it is given. */
  public Optional<ConfigNode> find(String name) {
    JsonNode field = value.get(name);
    return field == null || field.isNull()
        ? Optional.empty()
        : Optional.of(new ConfigNode(pathOf(name), field));
  }

  /** A field that this map must have. */
  public ConfigNode get(String name) {
    return find(name).orElseThrow(() -> new ConfigException("missing: field=" + pathOf(name)));
  }

  public List<ConfigNode> items() {
    if (!value.isArray() || value.size() > MOST_ITEMS) {
      throw expected("a list, of at most " + MOST_ITEMS);
    }
    List<ConfigNode> items = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      items.add(new ConfigNode(path + "[" + i + "]", value.get(i)));
    }
    return items;
  }

  /** Each field of this map, which has texts. */
  public Map<String, String> texts() {
    if (!value.isObject()) {
      throw expected("a map of texts");
    }
    Map<String, String> texts = new TreeMap<>();
    value
        .properties()
        .forEach(
            field ->
                texts.put(
                    field.getKey(),
                    new ConfigNode(pathOf(field.getKey()), field.getValue()).text()));
    return texts;
  }

  /** Shows each field of this map. */
  public void forEach(BiConsumer<String, ConfigNode> action) {
    if (!value.isObject()) {
      throw expected("a map");
    }
    value
        .properties()
        .forEach(
            field ->
                action.accept(
                    field.getKey(), new ConfigNode(pathOf(field.getKey()), field.getValue())));
  }

  public boolean truth() {
    if (!value.isBoolean()) {
      throw expected("true or false");
    }
    return value.booleanValue();
  }

  public String text() {
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw expected("a text");
    }
    return value.textValue();
  }

  public int whole(int lowest, int highest) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < lowest
        || value.intValue() > highest) {
      throw expected("a whole number from " + lowest + " to " + highest);
    }
    return value.intValue();
  }

  double number(double lowest, double highest) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(number >= lowest && number <= highest)) {
      throw expected("a number from " + plain(lowest) + " to " + plain(highest));
    }
    return number;
  }

  /** A number of seconds, from a millisecond on. */
  Duration seconds(int most) {
    return Duration.ofMillis(Math.round(number(0.001, most) * 1e3));
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  /** A URL, or a map as that of a {@linkplain #secret secret} which has one. */
  URI uri(Map<String, String> environment) {
    try {
      return new URI(textOrSecret(environment));
    } catch (URISyntaxException e) { // its message has the URL
      throw expected("a URL");
    }
  }

  /** One of these texts. */
  String choice(List<String> known) {
    String text = text();
    if (!known.contains(text)) {
      throw new ConfigException("unknown: field=" + path + " known=" + known);
    }
    return text;
  }

  Path path() {
    try {
      return Path.of(text());
    } catch (InvalidPathException e) {
      throw expected("a path");
    }
  }

  /**
   * A secret, which is not in the config: a map with {@code file} or {@code env}.
   *
   * @param environment of this process
   */
  String secret(Map<String, String> environment) {
    if (!value.isObject()) {
      throw expected("a map with file or env: a secret does not belong into a config");
    }
    requireFields(Set.of("file", "env"));
    if (value.size() != 1) {
      throw expected("either file or env");
    }
    Optional<ConfigNode> file = find("file");
    String secret = file.isPresent() ? file.get().content() : get("env").variable(environment);
    if (secret.isEmpty()) {
      throw refusal("secret is empty");
    }
    return secret;
  }

  /** A text, or a map as that of a {@linkplain #secret secret}. */
  public String textOrSecret(Map<String, String> environment) {
    return value.isObject() ? secret(environment) : text();
  }

  private String content() {
    try (InputStream in = Files.newInputStream(path())) {
      byte[] content = in.readNBytes(MOST_SECRET_BYTES + 1);
      if (content.length > MOST_SECRET_BYTES) {
        throw refusal("longer than a secret can be: bytes=" + MOST_SECRET_BYTES);
      }
      return new String(content, UTF_8).strip();
    } catch (IOException e) {
      throw new ConfigException(
          "cannot be read: field=" + path + " reason=" + e.getClass().getSimpleName());
    }
  }

  private String variable(Map<String, String> environment) {
    @Nullable String found = environment.get(text());
    if (found == null) {
      throw refusal("no such environment variable");
    }
    return found.strip();
  }
}
