package io.tallystick.server;

import io.prometheus.metrics.config.EscapingScheme;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --escaping}: what becomes of names that the old character set has not. */
final class EscapingOption {
  @Option(
      names = "--escaping",
      paramLabel = "SCHEME",
      description =
          "What text and openmetrics make of other names: underscores, dots, values or"
              + " allow-utf-8 (default: underscores).")
  private @Nullable String name;

  boolean isGiven() {
    return name != null;
  }

  /**
   * The scheme of this name.
   *
   * @throws UsageException if there is none
   */
  EscapingScheme scheme() {
    if (name == null) {
      return EscapingScheme.DEFAULT;
    }
    for (EscapingScheme scheme : EscapingScheme.values()) {
      if (scheme.getValue().equals(name)) {
        return scheme;
      }
    }
    String known =
        Arrays.stream(EscapingScheme.values())
            .map(EscapingScheme::getValue)
            .collect(Collectors.joining(", "));
    throw new UsageException("unknown escaping: escaping=" + name + "; use one of " + known);
  }
}
