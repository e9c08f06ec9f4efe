package io.tallystick.server.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What whoever posts to a webhook must know, as {@code Authorization: Bearer} and the secret.
 *
 * <p>How long a comparison takes depends neither on where the texts differ nor on how long the
 * secret is: their digests are compared, to the end. Immutable; as text it is hidden.
 */
final class SharedSecret {
  private static final String SCHEME = "Bearer ";
  private static final int LEAST_CHARS = 16;

  private final byte[] digest;

  private SharedSecret(byte[] digest) {
    this.digest = digest;
  }

  /**
   * A secret.
   *
   * @throws IllegalArgumentException where it is short, or no header can have it
   */
  static SharedSecret of(String secret) {
    if (secret.length() < LEAST_CHARS || !secret.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new IllegalArgumentException(
          "not a secret: expected=printable ASCII without spaces, " + LEAST_CHARS + " or more");
    }
    return new SharedSecret(digestOf(secret));
  }

  /** Whether a header of a request has it. */
  boolean isIn(@Nullable String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(digest, digestOf(authorization.substring(SCHEME.length())));
  }

  private static byte[] digestOf(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java has it", e);
    }
  }

  @Override
  public String toString() {
    return "SharedSecret[***]";
  }
}
