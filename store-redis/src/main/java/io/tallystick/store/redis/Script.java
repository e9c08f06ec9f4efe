package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;

/** The Lua scripts, each a resource of this package; all keys of one are in one hash slot. */
enum Script {
  KEY_PUT("KEY"),
  KEY_DELETE("KEY"),
  KEY_EXPIRE("KEY"),
  KEY_INCREMENT("KEY"),
  KEY_FORGET("KEY"),
  JOB_OFFER("JOB"),
  JOB_TAKE("JOB"),
  JOB_RELEASE("JOB"),
  JOB_SIZES("JOB"),
  JOB_DEAD("JOB"),
  JOB_REQUEUE("JOB"),
  JOB_DISCARD("JOB"),
  JOB_DUMP("JOB"),
  JOB_RESTORE("JOB"),
  SOURCE_BEGIN,
  SOURCE_COMMIT,
  SOURCE_RETIRE,
  SOURCE_RETIRED,
  SOURCE_LIST,
  SOURCE_BURY,
  FAMILY_PUT("FAMILY"),
  FAMILY_FOLD("FAMILY"),
  FAMILY_READ;

  private final String text;
  private final String digest;

  Script() {
    this("");
  }

  /**
   * @param prelude the resource that stands before this one; empty where there is none
   */
  Script(String prelude) {
    String before = prelude.isEmpty() ? "" : resource(prelude.toLowerCase(Locale.ROOT));
    text = before + resource(name().toLowerCase(Locale.ROOT));
    try {
      byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8));
      digest = HexFormat.of().formatHex(sha1);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-1", e);
    }
  }

  private static String resource(String name) {
    try (InputStream stream = Script.class.getResourceAsStream(name + ".lua")) {
      return new String(Objects.requireNonNull(stream, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("class path cannot be read: resource=" + name, e);
    }
  }

  String text() {
    return text;
  }

  /** The SHA-1 by which Redis finds the script again, in hex. */
  String digest() {
    return digest;
  }
}
