package io.tallystick.scrape;

/** A scrape that has no values at present; an endpoint answers with status 503. */
public final class ScrapeUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was wrong, then the values; it is shown to who scrapes
   */
  public ScrapeUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
