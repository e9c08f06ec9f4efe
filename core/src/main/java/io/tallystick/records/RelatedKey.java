package io.tallystick.records;

/**
 * Keys of what goes with a record. They do not begin as records do, and a Redis Cluster has them in
 * the record's slot: that of what is in the first braces, or else of all of the key.
 */
final class RelatedKey {
  private RelatedKey() {}

  /** The key of something of a record's. */
  static String of(String key, String what) {
    int open = key.indexOf('{');
    int close = open < 0 ? -1 : key.indexOf('}', open + 1);
    boolean isTagged = close > open + 1;
    return isTagged
        ? "{" + key.substring(open + 1, close) + "}:" + what + ":" + key
        : "{" + key + "}:" + what;
  }
}
