package io.tallystick.jmh;

import java.util.function.Supplier;

/** What was typed after the name of a program; where it is wrong, a line says so. */
final class Arguments {
  private final String usage;
  private final String[] words;

  /**
   * @param usage how it is called, for whoever calls it in a wrong way
   * @param most how many words there may be
   * @throws IllegalArgumentException where there are more
   */
  Arguments(String usage, String[] words, int most) {
    this.usage = usage;
    this.words = words.clone();
    if (words.length > most) {
      throw wrong("more arguments than are known: " + String.join(" ", words));
    }
  }

  /** How many words there are. */
  int count() {
    return words.length;
  }

  /** One of the words. */
  String word(int index) {
    return words[index];
  }

  /**
   * A whole number, from one on.
   *
   * @param otherwise what it is where there are not so many words
   * @throws IllegalArgumentException where it is no such number, or more than the most
   */
  int number(int index, String name, int most, int otherwise) {
    if (index >= words.length) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(words[index]);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong("not a number from 1 to " + most + ": " + name + "=" + words[index]);
  }

  /**
   * As {@link #number}, of which one is in the middle.
   *
   * @throws IllegalArgumentException also where it is even
   */
  int odd(int index, String name, int most, int otherwise) {
    int number = number(index, name, most, otherwise);
    if (number % 2 == 0) {
      throw wrong("not odd: " + name + "=" + number);
    }
    return number;
  }

  /** What is thrown where something is wrong. */
  IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(what + "; usage: " + usage);
  }

  /** What a program makes of its arguments; where they are wrong, it ends with one line and 2. */
  static <T> T orEnd(Supplier<T> parsed) {
    try {
      return parsed.get();
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      throw e;
    }
  }
}
