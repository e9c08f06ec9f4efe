package io.tallystick.jmh;

/** What a benchmark measures; each one takes those that can answer its question. */
public enum Contender {
  /** What any implementation must do, on memory of the calling thread alone. */
  BASELINE("floor"),

  TALLYSTICK("Tallystick"),
  TALLYSTICK_NATIVE("Tallystick, native"),
  TALLYSTICK_NO_EXEMPLARS("Tallystick, no exemplars"),

  /** With a tracer that has no active span. */
  TALLYSTICK_TRACED("Tallystick, tracer"),

  TALLYSTICK_QUANTILES("Tallystick, quantiles"),

  /** As its users get it: exemplars on, but no tracer to take them from. */
  CLIENT_JAVA("client_java"),

  CLIENT_JAVA_NO_EXEMPLARS("client_java, no exemplars"),

  /** Native histogram only, exemplars on. */
  CLIENT_JAVA_NATIVE("client_java, native"),

  /** With a tracer that has no active span. */
  CLIENT_JAVA_TRACED("client_java, tracer"),

  CLIENT_JAVA_QUANTILES("client_java, quantiles"),

  /** client_java before 1.0, exemplars off. */
  SIMPLECLIENT("simpleclient"),

  MICROMETER("Micrometer"),

  /** Of whole numbers; its distributions are samples for quantiles. */
  DROPWIZARD("Dropwizard"),

  /** Atomic additions of whole numbers in memory off the heap; takes {@code --add-opens}. */
  AGRONA("Agrona"),

  /** Its stable API: attributes come with each update. */
  OPENTELEMETRY("OpenTelemetry"),

  /** Bound instruments of the incubating API: the attributes were looked up once. */
  OPENTELEMETRY_BOUND("OpenTelemetry, bound"),

  /** {@code LongAdder}, and {@code DoubleAdder} for amounts that are doubles. */
  LONG_ADDER("LongAdder"),

  MEMORY_STORE("memory"),
  CHRONICLE_STORE("Chronicle Map"),
  SQLITE_STORE("SQLite"),

  /** SQLite's driver by itself, with a commit for each write. */
  JDBC("SQLite, plain JDBC");

  private final String label;

  Contender(String label) {
    this.label = label;
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

  /** The name that readers of a report know it by. */
  public String label() {
    return label;
  }
}
