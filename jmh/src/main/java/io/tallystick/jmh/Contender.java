package io.tallystick.jmh;

/** What a benchmark measures; each one takes those that can answer its question. */
public enum Contender {
  /** What any implementation must do, on memory of the calling thread alone. */
  BASELINE("floor"),

  TALLYSTICK("Tallystick", "exemplars on, no tracer"),
  TALLYSTICK_NATIVE("Tallystick, native"),
  TALLYSTICK_NO_EXEMPLARS("Tallystick, no exemplars"),

  TALLYSTICK_TRACED("Tallystick, tracer", "exemplars on, a tracer without an active span"),

  TALLYSTICK_QUANTILES("Tallystick, quantiles"),

  /** As its users get it. */
  CLIENT_JAVA("client_java", "exemplars on, no tracer"),

  CLIENT_JAVA_NO_EXEMPLARS("client_java, no exemplars"),

  CLIENT_JAVA_NATIVE("client_java, native", "native buckets only, exemplars on, no tracer"),
  CLIENT_JAVA_TRACED("client_java, tracer", "exemplars on, a tracer without an active span"),

  CLIENT_JAVA_QUANTILES("client_java, quantiles"),

  SIMPLECLIENT("simpleclient", "client_java before 1.0, exemplars off"),

  MICROMETER("Micrometer"),

  DROPWIZARD("Dropwizard", "whole numbers, distributions are samples for quantiles"),

  /** Takes {@code --add-opens}. */
  AGRONA("Agrona", "atomic additions of whole numbers in memory off the heap"),

  OPENTELEMETRY("OpenTelemetry", "its stable API, exemplars off"),
  OPENTELEMETRY_BOUND(
      "OpenTelemetry, bound", "bound instruments of its incubating API, exemplars off"),
  LONG_ADDER("LongAdder", "DoubleAdder for amounts that are doubles"),

  MEMORY_STORE("memory"),
  CHRONICLE_STORE("Chronicle Map"),
  SQLITE_STORE("SQLite"),

  JDBC("SQLite, plain JDBC", "SQLite's driver by itself, a commit for each write");

  private final String label;
  private final String configuration;

  Contender(String label) {
    this(label, "");
  }

  Contender(String label, String configuration) {
    this.label = label;
    this.configuration = configuration;
  }

  /** Whether it is Tallystick in any form: what a change of this repository can make slower. */
  public boolean isTallystick() {
    return switch (this) {
      case TALLYSTICK,
          TALLYSTICK_NATIVE,
          TALLYSTICK_NO_EXEMPLARS,
          TALLYSTICK_TRACED,
          TALLYSTICK_QUANTILES,
          MEMORY_STORE,
          CHRONICLE_STORE,
          SQLITE_STORE ->
          true;
      default -> false;
    };
  }

  /**
   * How it is set up, where readers of a report have to know; else empty. It is kept with what is
   * measured, so that a result goes on saying what it was measured with.
   */
  public String configuration() {
    return configuration;
  }

  /** The name that readers of a report know it by. */
  public String label() {
    return label;
  }
}
