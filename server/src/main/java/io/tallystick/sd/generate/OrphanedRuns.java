package io.tallystick.sd.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Programs that run on although the JVM was killed that ran them.
 *
 * <p>They are known by two variables in their environment. One names the JVM: its namespace of
 * process ids, its id, and when it was started, in the system's ticks. So neither a number that was
 * given again nor a JVM of another container, whose numbers mean others, is taken for one that is
 * gone. The other one is a file which is there for as long as the run goes on: what a program has
 * left behind that ended by itself is none of ours, whatever becomes of the JVM.
 *
 * <p>Only where there is {@code /proc}, and only those of the same user: whoever may read the
 * environment of others, as root may, must not do to them, or to a file that they name, what they
 * themselves may not. So the file must be this user's own, too, and be called as such files are.
 */
final class OrphanedRuns {
  private static final String OWNER = "TALLYSTICK_GENERATOR_OWNER";
  private static final String GOING_ON = "TALLYSTICK_GENERATOR_GOING_ON";
  private static final String FILE = "tallystick-run-";
  private static final Path PROC = Path.of("/proc");
  private static final int START_TICKS = 19; // of the fields behind the name
  private static final int ROUNDS = 200; // as one may miss a fork
  private static final long ROUND_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private OrphanedRuns() {}

  /**
   * Marks the environment of a program that this JVM is about to start; returns what is to be
   * {@linkplain #end ended} with the run. Null where there could be no such file, or is no {@code
   * /proc}: then nothing of it is found, should this JVM be killed.
   */
  static @Nullable Path mark(Map<String, String> environment) {
    Optional<String> owner = owner(PROC, ProcessHandle.current().pid());
    if (owner.isEmpty()) {
      return null;
    }
    try {
      Path file = Files.createTempFile(FILE, "");
      environment.put(OWNER, owner.get());
      environment.put(GOING_ON, file.toString());
      return file;
    } catch (IOException e) {
      return null;
    }
  }

  /** The run is over. */
  static void end(@Nullable Path mark) {
    if (mark != null) {
      try {
        Files.deleteIfExists(mark);
      } catch (IOException e) {
        return; // what it has left behind ends with this JVM then
      }
    }
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
    Set<Path> marks = new HashSet<>();
    Set<Long> killed = new HashSet<>();
    for (int round = 0; round < ROUNDS && kill(marks, killed); round++) {
      LockSupport.parkNanos(ROUND_NS);
    }
    marks.forEach(OrphanedRuns::end);
    return killed.size();
  }

  /** Kills those that there are now; returns whether there was one. */
  private static boolean kill(Set<Path> marks, Set<Long> killed) {
    boolean found = false;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        long pid = Long.parseLong(process.getFileName().toString());
        // The handle first: should the number be another process' by now, it kills nothing.
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        Optional<Path> mark = handle.isPresent() ? markOfOrphan(process) : Optional.empty();
        if (mark.isPresent() && handle.get().destroyForcibly()) {
          found = true;
          marks.add(mark.get());
          killed.add(pid);
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      return false; // no /proc
    }
    return found;
  }

  /**
   * What says that the run of a process went on when its JVM was killed; empty where it did not.
   */
  private static Optional<Path> markOfOrphan(Path process) throws IOException {
    UserPrincipal self = Files.getOwner(PROC.resolve("self"));
    if (!isOwnedBy(self, process)) {
      return Optional.empty();
    }
    String namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
    String environment = environment(process);
    String owner = variable(environment, OWNER);
    String mark = variable(environment, GOING_ON);
    if (!owner.startsWith(namespace + "/") || mark.isEmpty()) {
      return Optional.empty();
    }
    try {
      long pid = Long.parseLong(owner.substring(namespace.length() + 1).replaceFirst("/.*", ""));
      boolean isOwned = owner(PROC, pid).filter(living -> living.equals(owner)).isPresent();
      Path file = Path.of(mark);
      boolean goesOn = !isOwned && isMark(self, file);
      return goesOn ? Optional.of(file) : Optional.empty();
    } catch (IllegalArgumentException e) { // no number, or no path: none of ours
      return Optional.empty();
    }
  }

  /** Whether it is such a file as {@link #mark} makes, whatever else a variable may name. */
  private static boolean isMark(UserPrincipal owner, Path file) {
    return file.isAbsolute()
        && file.equals(file.normalize())
        && String.valueOf(file.getFileName()).startsWith(FILE)
        && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && isOwnedBy(owner, file);
  }

  private static boolean isOwnedBy(UserPrincipal owner, Path file) {
    try {
      return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(owner);
    } catch (IOException e) {
      return false; // gone
    }
  }

  private static String environment(Path process) {
    try {
      byte[] environment = Files.readAllBytes(process.resolve("environ"));
      return "\0" + new String(environment, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // another user's, or gone
    }
  }

  private static String variable(String environment, String name) {
    int start = environment.indexOf("\0" + name + "=");
    if (start < 0) {
      return "";
    }
    int from = start + name.length() + 2;
    int end = environment.indexOf('\0', from);
    return environment.substring(from, end < 0 ? environment.length() : end);
  }
}
