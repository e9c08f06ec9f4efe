package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * A command or a script with its keys and arguments, which are not copied; or several that run as
 * one.
 */
final class Request {
  private static final int OVERHEAD = 8; // of each argument

  private final @Nullable Command command;
  private final @Nullable Script script;
  private final byte[] slotKey;
  private final List<byte[]> keys;
  private final List<byte[]> arguments;
  private final List<Request> parts; // of a transaction

  private Request(
      @Nullable Command command,
      @Nullable Script script,
      byte[] slotKey,
      List<byte[]> keys,
      List<byte[]> arguments,
      List<Request> parts) {
    this.command = command;
    this.script = script;
    this.slotKey = slotKey;
    this.keys = keys;
    this.arguments = arguments;
    this.parts = parts;
  }

  /** A command whose first argument is a key. */
  static Request of(Command command, byte[] key, byte[]... arguments) {
    return of(command, key, List.of(arguments));
  }

  /** A command whose first argument is a key. */
  static Request of(Command command, byte[] key, List<byte[]> arguments) {
    return new Request(command, null, key, List.of(key), arguments, List.of());
  }

  /** A command without a key, for the server that has this one. */
  static Request keyless(Command command, byte[] slotKey, String... arguments) {
    return new Request(command, null, slotKey, List.of(), bytes(arguments), List.of());
  }

  static Request of(Script script, List<byte[]> keys, List<byte[]> arguments) {
    return new Request(null, script, keys.get(0), keys, arguments, List.of());
  }

  /**
   * Requests that run one behind the other with nothing in between, or not at all where the server
   * refuses to take in one of them. The reply is the list of theirs. All keys are in one hash slot.
   */
  static Request transaction(List<Request> parts) {
    return new Request(null, null, parts.get(0).slotKey, List.of(), List.of(), parts);
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
    for (Request part : parts) {
      length += part.length();
    }
    return length;
  }

  /** How many replies there are. */
  int commands() {
    return parts.isEmpty() ? 1 : parts.size() + 2;
  }

  /**
   * The request as it is sent. Scripts of a transaction go by their text: those before and behind
   * one that is not known would run.
   *
   * @param withText whether a script goes by its text, which loads it, rather than by its digest
   */
  List<CommandArguments> toCommands(boolean withText) {
    if (parts.isEmpty()) {
      return List.of(toArguments(withText));
    }
    List<CommandArguments> commands = new ArrayList<>(commands());
    commands.add(new CommandArguments(Command.MULTI));
    parts.forEach(part -> commands.add(part.toArguments(true)));
    commands.add(new CommandArguments(Command.EXEC));
    return commands;
  }

  /** The reply to the request, of those to its commands. */
  @Nullable Object reply(List<@Nullable Object> replies) {
    Object last = replies.get(replies.size() - 1);
    if (last instanceof JedisDataException) { // because of what was wrong first
      return replies.stream().filter(JedisDataException.class::isInstance).findFirst().orElse(last);
    }
    return last;
  }

  private CommandArguments toArguments(boolean withText) {
    CommandArguments all;
    if (script != null) {
      all = new CommandArguments(withText ? Command.EVAL : Command.EVALSHA);
      all.add(withText ? script.text() : script.digest()).add(keys.size());
    } else {
      all = new CommandArguments(Objects.requireNonNull(command));
    }
    keys.forEach(all::add);
    arguments.forEach(all::add);
    return all;
  }
}
