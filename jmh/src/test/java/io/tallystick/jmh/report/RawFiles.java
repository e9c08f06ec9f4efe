package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files as JMH and a run leave them for the writer. */
final class RawFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path raw;

  RawFiles(Path folder) throws IOException {
    this.raw = Files.createDirectories(folder.resolve("raw"));
  }

  /** Starts the results of a pass, each with the same settings. */
  Results results(int threads, int forks, String measurementTime, String... jvmArguments) {
    return new Results(threads, forks, measurementTime, jvmArguments);
  }

  /** What a pass ran on. */
  ObjectNode info() {
    ObjectNode info = JSON.createObjectNode();
    info.put("command", "jmh/run --quick");
    info.put("commit", "0123456789ab");
    info.put("date", "2001-02-03T04:05:06Z");
    info.put("cpu", "Abacus 3000");
    info.put("cores", 2);
    info.put("memoryGb", 24);
    info.put("os", "Linux 6.1");
    info.put("jvm", "Test VM 17.0.1");
    info.putObject("dependencies").put("agrona", "2.6.0");
    return info;
  }

  void write(String name, Results results, ObjectNode info) throws IOException {
    Files.writeString(raw.resolve(name + ".json"), results.json.toString());
    Files.writeString(raw.resolve(name + ".run.json"), info.toString());
  }

  void writeFigures(String name, Figures figures, ObjectNode info) throws IOException {
    Files.writeString(raw.resolve(name + ".json"), figures.toJson());
    Files.writeString(raw.resolve(name + ".run.json"), info.toString());
  }

  void writeRows(String name, Rows rows, ObjectNode info) throws IOException {
    Files.writeString(raw.resolve(name + ".json"), rows.toJson());
    Files.writeString(raw.resolve(name + ".run.json"), info.toString());
  }

  void deleteInfo(String name) throws IOException {
    Files.delete(raw.resolve(name + ".run.json"));
  }

  void delete(String name) throws IOException {
    Files.delete(raw.resolve(name + ".json"));
    deleteInfo(name);
  }

  /** A pass' results. */
  static final class Results {
    private final ArrayNode json = JSON.createArrayNode();
    private final int threads;
    private final int forks;
    private final String measurementTime;
    private final String[] jvmArguments;
    private String unit = "ns/op";

    private Results(int threads, int forks, String measurementTime, String[] jvmArguments) {
      this.threads = threads;
      this.forks = forks;
      this.measurementTime = measurementTime;
      this.jvmArguments = jvmArguments;
    }

    /** What is added from now on is in this unit, as JMH calls it, in place of nanoseconds. */
    Results inUnit(String scoreUnit) {
      this.unit = scoreUnit;
      return this;
    }

    /** Adds the iterations of one fork of a contender. */
    Results add(String method, Contender contender, double... iterations) {
      ObjectNode result = json.addObject();
      result.put("benchmark", "io.tallystick.jmh.SomeBenchmark." + method);
      result.put("threads", threads);
      result.put("forks", forks);
      for (String argument : jvmArguments) {
        result.withArray("jvmArgs").add(argument);
      }
      result.put("warmupIterations", 2);
      result.put("warmupTime", "200 ms");
      result.put("measurementIterations", iterations.length);
      result.put("measurementTime", measurementTime);
      result.putObject("params").put("contender", contender.name());
      ObjectNode metric = result.putObject("primaryMetric");
      metric.put("scoreUnit", unit);
      ArrayNode fork = metric.putArray("rawData").addArray();
      for (double iteration : iterations) {
        fork.add(iteration);
      }
      return this;
    }
  }
}
