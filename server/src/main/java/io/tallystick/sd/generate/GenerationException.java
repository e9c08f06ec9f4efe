package io.tallystick.sd.generate;

/**
 * Why a path has no list.
 *
 * <p>The message is for the people who wrote the generator: what was wrong, where, and what to do.
 * It is cut, since others write parts of it: an exception's text, a path.
 */
public final class GenerationException extends Exception {
  /** The type where the path does not exist, or is not what was asked for. */
  public static final String NO_SUCH_PATH = "NoSuchPath";

  private static final long serialVersionUID = 1L;

  private final String type;
  private final String generator;
  private final String traceback;

  /** Why a path has no list; the methods say what each part is. */
  public GenerationException(String type, String generator, String message, String traceback) {
    super(cut(message));
    this.type = type;
    this.generator = generator;
    this.traceback = traceback;
  }

  private static String cut(String message) {
    return message.length() <= Limits.MESSAGE_LENGTH
        ? message
        : message.substring(0, Limits.MESSAGE_LENGTH) + "…";
  }

  /** What kind of failure it was, as {@code TimeoutExpired}, or a Python exception's name. */
  public String type() {
    return type;
  }

  /** The path of the generator that failed. */
  public String generator() {
    return generator;
  }

  /** What explains it further: a child's standard error, cut; empty where there is nothing. */
  public String traceback() {
    return traceback;
  }

  /** What was wrong. */
  public String message() {
    return String.valueOf(getMessage());
  }
}
