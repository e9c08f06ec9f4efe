package io.tallystick.server;

/** The whole numbers that an option takes. */
record IntegerRange(String name, int lowest, int highest) {
  /**
   * The number that the text states.
   *
   * @throws UsageException if it is not a number, or not in this range
   */
  int parse(String text) {
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UsageException("not a number: " + name + "=" + text + "; " + advice());
    }
    if (number < lowest || number > highest) {
      throw new UsageException(name + " out of range: " + name + "=" + text + "; " + advice());
    }
    return (int) number;
  }

  private String advice() {
    return "use " + lowest + " to " + highest;
  }
}
