package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask: the users of a file, each with a password (RFC 7617).
 *
 * <p>How long a check takes depends neither on where texts differ nor on how long they are: digests
 * of user and password are compared, with those of all users. Immutable; as text it is hidden.
 */
public final class BasicAuthentication {
  private static final String SCHEME = "Basic ";
  private static final int MOST_BYTES = 64 << 10;

  private final List<byte[]> digests;

  private BasicAuthentication(List<byte[]> digests) {
    this.digests = digests;
  }

  /**
   * The users of a file, of which each line is {@code user:password}; empty lines and those that
   * begin with {@code #} are not.
   *
   * @throws IOException where it cannot be read
   * @throws IllegalArgumentException where it has no user, or a line is none
   */
  public static BasicAuthentication read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalArgumentException("file is too large: bytes=" + MOST_BYTES);
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("file is not UTF-8", e);
    }
    List<byte[]> digests = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':'); // others belong to the password
      if (colon < 1 || colon == line.length() - 1) {
        throw new IllegalArgumentException(
            "not a user: line=" + (i + 1) + " expected=user:password"); // the line is a secret
      }
      digests.add(digest(line.getBytes(UTF_8)));
    }
    if (digests.isEmpty()) {
      throw new IllegalArgumentException("no user in it: expected=user:password");
    }
    return new BasicAuthentication(digests);
  }

  /** Whether the header of a request is that of a user. */
  boolean admits(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given;
    try {
      given = Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip());
    } catch (IllegalArgumentException e) {
      return false;
    }
    byte[] digest = digest(given);
    boolean found = false;
    for (byte[] user : digests) {
      found |= MessageDigest.isEqual(user, digest);
    }
    return found;
  }

  private static byte[] digest(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java has it", e);
    }
  }

  @Override
  public String toString() {
    return "BasicAuthentication[***]";
  }
}
