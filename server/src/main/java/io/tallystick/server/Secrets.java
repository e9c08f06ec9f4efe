package io.tallystick.server;

import java.util.regex.Pattern;

/** What must not be shown of a URL, wherever it is in a text: a user's part, and secret options. */
final class Secrets {
  private static final Pattern USER = Pattern.compile("//\\S*@");
  private static final Pattern OPTION =
      Pattern.compile(
          "([?&][^=&\\s]*(?:pass|pwd|secret|token|key|auth|credential)[^=&\\s]*=)[^&\\s]*",
          Pattern.CASE_INSENSITIVE);

  private Secrets() {}

  /** The text with asterisks in the places of secrets. */
  static String hidden(String text) {
    return OPTION.matcher(USER.matcher(text).replaceAll("//***@")).replaceAll("$1***");
  }
}
