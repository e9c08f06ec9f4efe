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
  JOB_STATE("JOB"),
  JOB_SIZES("JOB"),
  JOB_DEAD("JOB"),
  JOB_REQUEUE("JOB"),
  JOB_DISCARD("JOB"),
  JOB_DUMP("JOB"),
  JOB_RESTORE("JOB"),
  SOURCE_BEGIN("OWN", "SOURCE"),
  SOURCE_COMMIT("OWN", "SOURCE"),
  SOURCE_RETIRE("OWN", "SOURCE"),
  SOURCE_RETIRED("OWN", "SOURCE"),
  SOURCE_BURY("OWN", "SOURCE"),
  SOURCE_ADOPT("OWN", "SOURCE"),
  SOURCE_EXPIRED("OWN", "SOURCE"),
  SOURCE_LIVE,
  SOURCE_LIST,
  INDEX_PUT("OWN"),
  FAMILY_CHECK,
  FAMILY_PUT("OWN", "FAMILY"),
  FAMILY_PUT_END,
  FAMILY_FOLD("OWN", "FAMILY"),
  FAMILY_READ,
  DOCUMENT_APPLY("DOCUMENT"),
  DOCUMENT_ENTER("DOCUMENT"),
  DOCUMENT_SETTLE("DOCUMENT"),
  DOCUMENT_FORGET("DOCUMENT"),
  DOCUMENT_WRITE,
  DOCUMENT_FIND;

  private final String text;
  private final String digest;

  /**
   * @param preludes the resources that stand before this one
   */
  Script(String... preludes) {
    StringBuilder whole = new StringBuilder();
    for (String prelude : preludes) {
      whole.append(resource(prelude.toLowerCase(Locale.ROOT)));
    }
    text = whole.append(resource(name().toLowerCase(Locale.ROOT))).toString();
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
