package io.tallystick.server.health;

/** A config that cannot be used as it is written; the message says where, and shows no value. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
