package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Notes what a run ran on, beside its results, and what is to be known of them.
 *
 * <p>Arguments: the file to write, Maven's list of dependencies, the commit, the command, the file
 * of results. Runs on the JDK that the run has. Fails, and writes nothing, where the results are
 * not whole.
 */
public final class RunInfo {
  private static final ObjectMapper WHOLE_JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** What a topic says of the results. */
  static final String NOTE = "note";

  /** How contenders are set up, by their labels. */
  static final String CONTENDERS = "contenders";

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Pattern ARTIFACT =
      Pattern.compile("([A-Za-z0-9._-]+):([A-Za-z0-9._-]+):jar:([A-Za-z0-9._-]+):");
  private static final Set<String> MEASURED =
      Set.of(
          "agrona",
          "chronicle-map",
          "jedis",
          "jmh-core",
          "jol-core",
          "metrics-core",
          "micrometer-registry-prometheus",
          "opentelemetry-api-incubator",
          "opentelemetry-exporter-prometheus",
          "opentelemetry-sdk-metrics",
          "prometheus-metrics-core",
          "simpleclient",
          "sqlite-jdbc");

  private RunInfo() {}

  /** Writes the file. */
  public static void main(String[] args) throws IOException {
    if (args.length != 5) {
      System.err.println("usage: RunInfo <file> <dependencies> <commit> <command> <results>");
      System.exit(2);
    }
    requireResults(Path.of(args[4]));
    ObjectNode info = new ObjectMapper().createObjectNode();
    info.put("command", args[3]);
    info.put("commit", args[2]);
    info.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    info.put("cpu", cpu());
    info.put("cores", Runtime.getRuntime().availableProcessors());
    info.put("memoryGb", memoryGb());
    info.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    info.put("jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    ObjectNode dependencies = info.putObject("dependencies");
    versions(Path.of(args[1])).forEach(dependencies::put);
    addNotes(info, Path.of(args[4]));
    Files.writeString(Path.of(args[0]), info.toPrettyString() + "\n");
  }

  /** Fails where a file is not JSON from end to end, or has nothing in it. */
  static void requireResults(Path file) throws IOException {
    if (WHOLE_JSON.readTree(file.toFile()).isEmpty()) {
      throw new IOException("no results: file=" + file);
    }
  }

  /**
   * Adds what is true of these results, which code that comes later may not be: the note of their
   * topic, and how their contenders are set up.
   */
  static void addNotes(ObjectNode info, Path results) throws IOException {
    String name = results.getFileName().toString();
    Topic topic =
        Topic.ofFile(name)
            .orElseThrow(() -> new IOException("results of no topic: file=" + results));
    info.put(NOTE, topic.note());
    ObjectNode contenders = info.putObject(CONTENDERS);
    for (String label : Pass.labels(WHOLE_JSON.readTree(results.toFile()))) {
      String configuration =
          Arrays.stream(Contender.values())
              .filter(contender -> contender.label().equals(label))
              .map(Contender::configuration)
              .findFirst()
              .orElse("");
      if (!configuration.isEmpty()) {
        contenders.put(label, configuration);
      }
    }
  }

  private static String cpu() throws IOException {
    if (Files.exists(CPU_INFO)) {
      try (Stream<String> lines = Files.lines(CPU_INFO)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElseGet(() -> System.getProperty("os.arch"));
      }
    }
    return System.getProperty("os.arch");
  }

  private static long memoryGb() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Math.round(system.getTotalMemorySize() / (double) (1 << 30));
  }

  private static Map<String, String> versions(Path dependencies) throws IOException {
    Map<String, String> versions = new TreeMap<>();
    for (String line : Files.readAllLines(dependencies)) {
      Matcher artifact = ARTIFACT.matcher(line);
      if (artifact.find() && MEASURED.contains(artifact.group(2))) {
        versions.put(artifact.group(2), artifact.group(3));
      }
    }
    return versions;
  }
}
