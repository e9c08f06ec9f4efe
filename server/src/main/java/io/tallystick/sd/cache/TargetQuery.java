package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is asked for: a path below the root and the arguments of its generators.
 *
 * @param path as {@link io.tallystick.sd.generate.Targets} takes it; the empty text is the root
 * @param arguments sorted by their names
 */
public record TargetQuery(String path, Map<String, String> arguments) {
  private static final int KEY_LENGTH = 900; // characters: with what goes before it in every limit
  private static final int HEAD_LENGTH = 200;

  /** Copies the arguments. */
  public TargetQuery {
    arguments = Collections.unmodifiableMap(new TreeMap<>(arguments));
  }

  /** A path without arguments. */
  public static TargetQuery of(String path) {
    return new TargetQuery(path, Map.of());
  }

  /**
   * The key in the store and of the job: {@code /targets/svc?env=prod}. One that would be too long
   * is cut, and ends in a digest of the whole.
   */
  public String key() {
    String text = fullPath();
    if (text.length() * 3 <= KEY_LENGTH || text.getBytes(UTF_8).length <= KEY_LENGTH) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(HEAD_LENGTH - 1)) ? HEAD_LENGTH - 1 : HEAD_LENGTH;
    return text.substring(0, end) + "~" + digest(text);
  }

  /** Path and arguments, as they would be asked for. */
  String fullPath() {
    StringBuilder text = new StringBuilder("/targets");
    if (!path.isEmpty()) {
      text.append('/').append(path);
    }
    char before = '?';
    if (arguments.isEmpty()) {
      text.append(before);
    }
    for (Map.Entry<String, String> argument : arguments.entrySet()) {
      text.append(before).append(URLEncoder.encode(argument.getKey(), UTF_8));
      text.append('=').append(URLEncoder.encode(argument.getValue(), UTF_8));
      before = '&';
    }
    return text.toString();
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
