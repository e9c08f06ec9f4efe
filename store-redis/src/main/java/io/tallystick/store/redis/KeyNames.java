package io.tallystick.store.redis;

import java.util.List;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Where keys and values are in Redis, with a prefix P.
 *
 * <pre>
 *   {P:keys:N}:KEY    HASH    v: the value, e: the end of its time to live, by the store's clock
 *   P:keys:N          ZSET    the keys of a part in order, for scans
 *   {P:keys:N}ends    ZSET    those that end: when
 *   {P:keys:N}+…      STRING  the number of a writer's last addition to a key
 * </pre>
 *
 * <p>N is one of 16 parts, each in a slot of its own.
 */
final class KeyNames {
  static final int PARTS = 16;
  static final byte[] VALUE = Bytes.of("v");
  static final byte[] END = Bytes.of("e");

  private final String prefix;

  KeyNames(String prefix) {
    this.prefix = prefix;
  }

  private static int partOf(String key) {
    return JedisClusterCRC16.getSlot(Bytes.of(':' + key)) % PARTS; // of a text without a { first
  }

  private String inSlot(int part) {
    return "{" + prefix + ":keys:" + part + "}";
  }

  byte[] value(String key) {
    return Bytes.of(inSlot(partOf(key)) + ":" + key);
  }

  byte[] index(int part) {
    return Bytes.of(prefix + ":keys:" + part);
  }

  byte[] ends(int part) {
    return Bytes.of(inSlot(part) + "ends");
  }

  byte[] note(String key, String writer) {
    return Bytes.of(inSlot(partOf(key)) + "+" + writer.length() + ":" + writer + key);
  }

  /** What every script about a key has. */
  List<byte[]> all(String key) {
    int part = partOf(key);
    return List.of(value(key), index(part), ends(part));
  }
}
