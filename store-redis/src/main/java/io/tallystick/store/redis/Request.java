package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;

/** A command or a script with its keys and arguments, which are not copied. */
final class Request {
  private static final int OVERHEAD = 8; // of each argument

  private final @Nullable Command command;
  private final @Nullable Script script;
  private final byte[] slotKey;
  private final List<byte[]> keys;
  private final List<byte[]> arguments;

  private Request(
      @Nullable Command command,
      @Nullable Script script,
      byte[] slotKey,
      List<byte[]> keys,
      List<byte[]> arguments) {
    this.command = command;
    this.script = script;
    this.slotKey = slotKey;
    this.keys = keys;
    this.arguments = arguments;
  }

  /** A command whose first argument is a key. */
  static Request of(Command command, byte[] key, byte[]... arguments) {
    return of(command, key, List.of(arguments));
  }

  /** A command whose first argument is a key. */
  static Request of(Command command, byte[] key, List<byte[]> arguments) {
    return new Request(command, null, key, List.of(key), arguments);
  }

  /** A command without a key, for the server that has this one. */
  static Request keyless(Command command, byte[] slotKey, String... arguments) {
    return new Request(command, null, slotKey, List.of(), bytes(arguments));
  }

  static Request of(Script script, List<byte[]> keys, List<byte[]> arguments) {
    return new Request(null, script, keys.get(0), keys, arguments);
  }

  private static List<byte[]> bytes(String... texts) {
    List<byte[]> bytes = new ArrayList<>(texts.length);
    for (String text : texts) {
      bytes.add(text.getBytes(UTF_8));
    }
    return bytes;
  }

  byte[] slotKey() {
    return slotKey;
  }

  /** About how many bytes it is on the wire. */
  long length() {
    long length = 0;
    for (byte[] argument : arguments) {
      length += argument.length + OVERHEAD;
    }
    for (byte[] key : keys) {
      length += key.length + OVERHEAD;
    }
    return length;
  }

  /**
   * The request as it is sent.
   *
   * @param withText whether a script goes by its text, which loads it, rather than by its digest
   */
  CommandArguments toArguments(boolean withText) {
    CommandArguments all;
    if (script != null) {
      boolean inFull = withText || script.isInlined();
      all = new CommandArguments(inFull ? Command.EVAL : Command.EVALSHA);
      all.add(inFull ? script.text() : script.digest()).add(keys.size());
    } else {
      all = new CommandArguments(Objects.requireNonNull(command));
    }
    keys.forEach(all::add);
    arguments.forEach(all::add);
    return all;
  }
}
