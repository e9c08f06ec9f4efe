package io.tallystick.sd.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Programs that run on although the JVM that ran them was killed, known by a variable in their
 * environment that names it: its namespace of process ids, its id, and when it was started, in the
 * system's ticks. So neither a number that was given again nor a JVM of another container, whose
 * numbers mean others, is taken for one that is gone.
 *
 * <p>Only where there is {@code /proc}, and only those of the same user.
 */
final class OrphanedRuns {
  private static final String OWNER = "TALLYSTICK_GENERATOR_OWNER";
  private static final Path PROC = Path.of("/proc");
  private static final int START_TICKS = 19; // of the fields behind the name

  private OrphanedRuns() {}

  /** Marks the environment of a program that this JVM is about to start. */
  static void mark(Map<String, String> environment) {
    long pid = ProcessHandle.current().pid();
    owner(PROC, pid).ifPresent(owner -> environment.put(OWNER, owner));
  }

  /** What names a process that runs; empty where there is none, or no {@code /proc}. */
  private static Optional<String> owner(Path proc, long pid) {
    try {
      String namespace = Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString();
      String stat = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(namespace + "/" + pid + "/" + fields[START_TICKS]);
    } catch (IOException | UnsupportedOperationException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** Kills them; returns how many there were. */
  static int kill() {
    int killed = 0;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        // The handle first: should the number be another process' by now, it kills nothing.
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        if (handle.isPresent() && isOrphaned(process) && handle.get().destroyForcibly()) {
          killed++;
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      return killed; // no /proc
    }
    return killed;
  }

  private static boolean isOrphaned(Path process) throws IOException {
    String namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
    String owner = ownerIn(process);
    if (!owner.startsWith(namespace + "/")) {
      return false;
    }
    String pid = owner.substring(namespace.length() + 1).replaceFirst("/.*", "");
    return owner(PROC, Long.parseLong(pid)).map(living -> !living.equals(owner)).orElse(true);
  }

  private static String ownerIn(Path process) {
    try {
      byte[] environment = Files.readAllBytes(process.resolve("environ"));
      String text = "\0" + new String(environment, StandardCharsets.ISO_8859_1);
      int start = text.indexOf("\0" + OWNER + "=");
      if (start < 0) {
        return "";
      }
      int from = start + OWNER.length() + 2;
      int end = text.indexOf('\0', from);
      return text.substring(from, end < 0 ? text.length() : end);
    } catch (IOException e) {
      return ""; // another user's, or gone
    }
  }
}
