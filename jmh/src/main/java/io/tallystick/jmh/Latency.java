package io.tallystick.jmh;

import io.tallystick.jmh.report.Rows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Is an update slower while something else goes on?
 *
 * <p>Each situation has a JVM of its own, where one thread does nothing, adds one to a counter, and
 * observes in a histogram, in turn at a fixed rate, in a directory of many series. Latency is from
 * when an update was due; beside it is how long the calls alone took, the clock included. Prints
 * percentiles as JSON.
 *
 * <p>That no file can grow is a limit to the length of files. A full file system is one in memory
 * that a probe mounts for itself alone, where its user may. A disk is saturated by two processes
 * that write and force it.
 *
 * <p>Arguments: seconds of each situation, default 30; situations, default all.
 */
public final class Latency {
  private static final int MOST_SECONDS = 3_600;
  private static final int WRITERS = 2;
  private static final String LONGEST_FILE_BLOCKS = "16384"; // of 512 bytes, as a shell counts them
  private static final String FILE_SYSTEM_SIZE = "8m";
  private static final List<String> IN_OWN_MOUNTS =
      List.of("unshare", "--map-root-user", "--mount");
  private static final List<String> COLUMNS =
      List.of("p50Ns", "p99Ns", "p999Ns", "p9999Ns", "p99999Ns", "maxNs");

  private final Rows rows = new Rows();
  private final int seconds;

  private Latency(int seconds) {
    this.seconds = seconds;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Request request = Arguments.orEnd(() -> Request.parse(args));
    Latency latency = new Latency(request.seconds());
    for (Situation situation : request.situations()) {
      latency.measure(situation);
    }
    System.out.println(latency.rows.toJson());
  }

  /** What was asked for. */
  record Request(int seconds, Set<Situation> situations) {
    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException where they are wrong
     */
    static Request parse(String... args) {
      Set<Situation> all = EnumSet.allOf(Situation.class);
      Arguments arguments =
          new Arguments("latency [SECONDS [SITUATION ...]]", args, 1 + all.size());
      int seconds = arguments.number(0, "seconds", MOST_SECONDS, 30);
      Set<Situation> situations = EnumSet.noneOf(Situation.class);
      for (int i = 1; i < arguments.count(); i++) {
        String name = arguments.word(i);
        Situation situation =
            all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(
                    () -> arguments.wrong("no such situation: " + name + ", but there are " + all));
        if (!situations.add(situation)) {
          throw arguments.wrong("named twice: situation=" + name);
        }
      }
      return new Request(seconds, situations.isEmpty() ? all : situations);
    }
  }

  private void measure(Situation situation) throws IOException, InterruptedException {
    Path disk = Files.createTempDirectory("tallystick-latency");
    Path tmpfs = new SharedMemory().directory();
    try {
      String type = Files.getFileStore(disk).type();
      if ((situation.isOnDisk() || situation.isDiskBusy()) && type.equals("tmpfs")) {
        System.err.println("left out, java.io.tmpdir is no disk: situation=" + situation);
        return;
      }
      if (situation.isFileSystemSmall() && !canMount()) {
        System.err.println("left out, no file system can be mounted: situation=" + situation);
        return;
      }
      Path directory = Files.createDirectory(tmpfs.resolve("directory"));
      measure(situation, situation.isOnDisk() ? disk.resolve("directory") : directory, disk);
    } finally {
      OpenedStore.deleteTree(disk);
    }
  }

  private void measure(Situation situation, Path directory, Path disk)
      throws IOException, InterruptedException {
    Deque<ForkedJvm> bystanders = new ArrayDeque<>();
    try (RedisServer redis = situation.isInRedis() ? RedisServer.start(disk) : null;
        ForkedJvm probe = probe(situation, directory, url(situation, disk, redis))) {
      if (!probe.line().equals("ready")) {
        throw new IOException("probe is not ready: situation=" + situation);
      }
      begin(situation, directory, disk, bystanders);
      if (redis != null && situation == Situation.REDIS_STOPPED) {
        redis.signal("STOP");
      }
      probe.send("");
      probe.linesToItsEnd().forEach(line -> add(situation, line));
    } finally {
      bystanders.forEach(ForkedJvm::close);
    }
  }

  private ForkedJvm probe(Situation situation, Path directory, @Nullable String url)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of(situation.name(), Integer.toString(seconds), directory.toString()));
    if (url != null) {
      arguments.add(url);
    }
    return ForkedJvm.start(
        prefix(situation, directory), LatencyProbe.class, arguments.toArray(String[]::new));
  }

  /** What stands before a probe's command, to limit what it can write. */
  private static List<String> prefix(Situation situation, Path directory) {
    if (situation.isLengthLimited()) {
      return List.of("sh", "-c", "ulimit -f " + LONGEST_FILE_BLOCKS + "; exec \"$@\"", "sh");
    }
    if (situation.isFileSystemSmall()) {
      List<String> prefix = new ArrayList<>(IN_OWN_MOUNTS);
      String mount = "mount -t tmpfs -o mode=700,size=" + FILE_SYSTEM_SIZE + " tmpfs \"$0\"";
      prefix.addAll(List.of("sh", "-c", mount + " && exec \"$@\"", directory.toString()));
      return prefix;
    }
    return List.of();
  }

  /** Whether this user may have mounts of its own, which end with the process that has them. */
  private static boolean canMount() throws InterruptedException {
    List<String> command = new ArrayList<>(IN_OWN_MOUNTS);
    command.add("true");
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private static @Nullable String url(Situation situation, Path disk, @Nullable RedisServer redis) {
    if (redis != null) {
      return redis.url() + "?connectTimeoutMs=500&timeoutMs=1000";
    }
    return situation == Situation.SQLITE_DISK_BUSY ? "sqlite:" + disk.resolve("store.db") : null;
  }

  private static void begin(
      Situation situation, Path directory, Path disk, Deque<ForkedJvm> bystanders)
      throws IOException {
    if (situation == Situation.SCRAPED) {
      bystanders.add(ForkedJvm.start(Bystander.class, "scrape", directory.toString()));
    }
    for (int i = 0; situation.isDiskBusy() && i < WRITERS; i++) {
      bystanders.add(
          ForkedJvm.start(Bystander.class, "write", disk.resolve("written-" + i).toString()));
    }
    for (ForkedJvm bystander : bystanders) {
      String unused = bystander.line(); // it has begun
    }
  }

  private void add(Situation situation, String line) {
    String[] words = line.split(" ", -1);
    Rows.Row row =
        rows.add()
            .put("situation", situation.words())
            .put("operation", words[0])
            .put("latency", words[1].equals("due") ? "since due" : "of the call");
    for (int i = 0; i < COLUMNS.size(); i++) {
      row.put(COLUMNS.get(i), Long.parseLong(words[2 + i]));
    }
  }
}
