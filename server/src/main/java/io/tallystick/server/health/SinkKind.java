package io.tallystick.server.health;

import io.tallystick.Tallystick;
import io.tallystick.health.HttpSink;
import io.tallystick.health.LoggingSink;
import io.tallystick.health.PrometheusSink;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Where a config can have results sent, and the settings of each. They are opened in this order, so
 * that those behind can report to metrics.
 */
enum SinkKind {
  LOGGING {
    @Override
    SinkSource source(ConfigNode sink, Map<String, String> environment) {
      return (reports, parts) -> parts.add(new LoggingSink());
    }
  },

  PROMETHEUS("directory") {
    @Override
    SinkSource source(ConfigNode sink, Map<String, String> environment) {
      ConfigNode directory = sink.get("directory");
      Path path = directory.path();
      return (reports, parts) -> {
        try {
          return parts.add(PrometheusSink.register(parts.add(Tallystick.open(path))));
        } catch (RuntimeException e) { // such as one that others may write to
          throw directory.refusal("cannot be used: reason=" + e.getMessage());
        }
      };
    }
  },

  DATADOG("key", "endpoint", "labels") {
    @Override
    SinkSource source(ConfigNode sink, Map<String, String> environment) {
      return overHttp(sink, environment, HttpSink::datadog);
    }
  },

  NEWRELIC("key", "endpoint", "labels") {
    @Override
    SinkSource source(ConfigNode sink, Map<String, String> environment) {
      return overHttp(sink, environment, HttpSink::newRelic);
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // it is one of Set.of
  private final Set<String> fields;

  SinkKind(String... fields) {
    this.fields = Set.of(fields);
  }

  /** The kind that a sink of a config has; its other settings are such as this kind knows. */
  static SinkKind of(ConfigNode sink) {
    List<String> kinds = Arrays.stream(values()).map(SinkKind::toString).toList();
    SinkKind kind = values()[kinds.indexOf(sink.get("type").choice(kinds))];
    Set<String> known = new TreeSet<>(kind.fields);
    known.add("type");
    sink.requireFields(known);
    return kind;
  }

  /** What opens such a sink. */
  abstract SinkSource source(ConfigNode sink, Map<String, String> environment);

  private static SinkSource overHttp(
      ConfigNode sink, Map<String, String> environment, Function<String, HttpSink.Builder> vendor) {
    ConfigNode key = sink.get("key");
    HttpSink.Builder builder = key.taken(() -> vendor.apply(key.secret(environment)));
    sink.find("endpoint")
        .ifPresent(endpoint -> endpoint.taken(() -> builder.endpoint(endpoint.uri(environment))));
    sink.find("labels").ifPresent(labels -> labels.texts().forEach(builder::label));
    return (reports, parts) -> parts.add(builder.reportsTo(reports).start());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
