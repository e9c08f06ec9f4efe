package io.tallystick.server;

import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.regex.Pattern;

/** How a text, or a fault with its causes, becomes exactly one line. */
final class Lines {
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");
  private static final Pattern WORD_START = Pattern.compile("(?<=[a-z])(?=[A-Z])");

  private Lines() {}

  /** The text without what a terminal would take for a new line or a command. */
  static String single(String text) {
    return CONTROL.matcher(text).replaceAll(" ").stripTrailing();
  }

  /** The messages of a fault and of its causes, outermost first, without those already said. */
  static String of(Throwable fault) {
    StringBuilder line = new StringBuilder();
    for (Throwable each = fault; each != null; each = each.getCause()) {
      if (!repeatsItsCause(each) && !isIn(line, each)) {
        line.append(line.length() == 0 ? "" : ": ").append(message(each));
      }
    }
    return single(line.toString());
  }

  private static boolean isIn(StringBuilder line, Throwable cause) {
    return line.indexOf(cause.toString()) >= 0 || line.indexOf(message(cause)) >= 0;
  }

  private static boolean repeatsItsCause(Throwable fault) {
    Throwable cause = fault.getCause();
    return cause != null && cause.toString().equals(fault.getMessage());
  }

  /** A file system exception without a reason, and some others, say what happened by their type. */
  private static String message(Throwable fault) {
    String message = fault.getMessage();
    if (message == null) {
      return words(fault);
    }
    boolean fileOnly = fault instanceof FileSystemException e && e.getReason() == null;
    return fileOnly ? words(fault) + ": file=" + message : message;
  }

  private static String words(Throwable fault) {
    String type = fault.getClass().getSimpleName().replaceFirst("Exception$", "");
    return WORD_START.matcher(type).replaceAll(" ").toLowerCase(Locale.ROOT);
  }
}
