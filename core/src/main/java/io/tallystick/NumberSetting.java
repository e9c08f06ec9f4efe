package io.tallystick;

/** A setting that is a number: what it is where nobody makes it, and what it may be. */
enum NumberSetting {
  COLUMNS(Settings.COLUMNS, 64, 0, 1024),
  SEGMENT_CELLS(Settings.SEGMENT_CELLS, 1024, 64, 1 << 20),
  /** Zero, which nobody can set, is a quarter of what is free. */
  MAX_BYTES(Settings.MAX_BYTES, 0, 64 << 10, Long.MAX_VALUE),
  MAX_SERIES_PER_METRIC(Settings.MAX_SERIES, 10_000, 1, Integer.MAX_VALUE),
  MAX_SERIES_PER_DIRECTORY(Settings.MAX_SERIES_PER_DIRECTORY, 1_000_000, 1, 50_000_000);

  private final String property;
  private final long otherwise;
  private final long least;
  private final long most;

  NumberSetting(String property, long otherwise, long least, long most) {
    this.property = property;
    this.otherwise = otherwise;
    this.least = least;
    this.most = most;
  }

  long least() {
    return least;
  }

  /**
   * What the process' settings say.
   *
   * @throws IllegalArgumentException where that is no number, or out of range
   */
  long in(Settings settings) {
    return settings.number(property, otherwise, least, most);
  }

  /** As {@link #in}, where no more than an int is let through. */
  int integerIn(Settings settings) {
    return (int) in(settings);
  }

  /**
   * What the builder was given.
   *
   * @throws IllegalArgumentException where it is out of range
   */
  long checked(long value) {
    if (value < least || value > most) {
      String name = property.substring(Settings.PREFIX.length());
      throw Settings.bad(name, value, "from " + least + " to " + most);
    }
    return value;
  }

  /** As {@link #checked(long)}. */
  int checked(int value) {
    return (int) checked((long) value);
  }
}
