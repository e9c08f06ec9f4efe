package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.GaugeMode;
import io.tallystick.testing.PythonClient;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of client_python's own processes, and ours in its own collector. */
class PythonClientIT {
  private static final int PROCESSES = 3;

  private final Map<Path, Readings> files = new TreeMap<>();
  private final List<PythonClient.Counting> children = new ArrayList<>();
  private PythonClient client;
  private TempDirectory temp;
  private Path directory;

  @BeforeEach
  void create() throws Exception {
    client = PythonClient.orSkip();
    temp = TempDirectory.create();
    directory = temp.path();
  }

  @AfterEach
  void delete() throws IOException {
    children.forEach(PythonClient.Counting::close);
    if (temp != null) {
      temp.close();
    }
  }

  @Test
  void shouldReadWhatClientPythonReadsWhenProcessesHaveEnded() throws Exception {
    startChildren(3);
    for (PythonClient.Counting child : children) {
      child.count();
      child.count();
      child.end();
    }

    assertThat(ours()).isEqualTo(theirs()).hasSizeGreaterThan(300);
  }

  @Test
  void shouldReadWhatClientPythonReadsWhenProcessesGoOnAndFilesGrow() throws Exception {
    startChildren(150); // some files double twice

    for (int round = 0; round < 4; round++) {
      for (PythonClient.Counting child : children) {
        child.count();
      }
      assertThat(ours()).isEqualTo(theirs());
    }
    long longest = 0;
    for (Path file : files.keySet()) {
      longest = Math.max(longest, Files.size(file));
    }
    assertThat(longest).isGreaterThan(128 << 10);
  }

  @Test
  void shouldForgetLiveGaugesWhenClientPythonIsToldThatTheirProcessIsDead() throws Exception {
    startChildren(0);
    for (PythonClient.Counting child : children) {
      child.count();
    }
    assertThat(ours()).isEqualTo(theirs());
    int before = files.size();
    PythonClient.Counting dead = children.get(0);
    dead.end();

    client.run("mark_dead.py", "", dead.pid(), directory);

    assertThat(ours()).isEqualTo(theirs());
    assertThat(files).hasSizeLessThan(before);
  }

  @Test
  void shouldBeReadByClientPythonAsWhatWasGivenWhenEveryTypeIsWritten() throws Exception {
    PythonLayout layout = layout();
    PythonFileWriter writer = PythonFileWriter.create(directory, "77", layout);
    List<String> expected = new ArrayList<>();
    Labels odd = Labels.of("path", "/\"é\\\n😀\u007f", "zone", "");
    writer.counter("http_requests_total", "Requests \\ \"é\"\nserved.", odd, 3.25);
    expected.add(family("http_requests", "counter", "Requests \\ \"é\"\nserved."));
    expected.add(sample("http_requests_total", odd, 3.25));
    writer.counter("huge", "", Labels.EMPTY, 1e300);
    expected.add(family("huge", "counter", ""));
    expected.add(sample("huge_total", Labels.EMPTY, 1e300));
    writer.summary("payload", "Payload.", odd, 7, 1.5);
    expected.add(family("payload", "summary", "Payload."));
    expected.add(sample("payload_count", odd, 7));
    expected.add(sample("payload_sum", odd, 1.5));
    double[] bounds = {-1, 0.5, 1048576, 1e10, Double.POSITIVE_INFINITY};
    writer.histogram("latency", "Latency.", odd, bounds, new long[] {1, 0, 2, 3, 4}, -2.5);
    expected.add(family("latency", "histogram", "Latency."));
    long[] cumulated = {1, 1, 3, 6, 10};
    for (int i = 0; i < bounds.length; i++) {
      Labels bucket = odd.merge(Labels.of("le", PythonFloat.repr(bounds[i])));
      expected.add(sample("latency_bucket", bucket, (double) cumulated[i]));
    }
    expected.add(sample("latency_count", odd, 10));
    expected.add(sample("latency_sum", odd, -2.5));
    for (GaugeMode mode : GaugeMode.values()) {
      String name = "gauge_" + mode.name().toLowerCase(Locale.ROOT);
      Labels labels = mode.isPerProcess() ? Labels.of("k", "v", "pid", "web_1") : odd;
      writer.gauge(mode, name, "Gauge.", labels, -0.5, 0);
      expected.add(family(name, "gauge", "Gauge."));
      Labels shown = mode.isPerProcess() ? Labels.of("k", "v", "pid", "web-1") : odd;
      expected.add(sample(name, shown, -0.5));
    }
    writer.commit();

    assertThat(theirs()).isEqualTo(expected.stream().sorted().toList());
    assertThat(ours()).isEqualTo(theirs());
  }

  @Test
  void shouldBeReadByClientPythonWhenNamesAreNotOfTheOldCharacterSet() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "77", layout());
    writer.counter("http.requests_total", "", Labels.of("url.path", "/"), 1);
    writer.commit();

    assertThat(theirs()).contains(sample("http_requests_total", Labels.of("url_path", "/"), 1));
  }

  @Test
  void shouldWriteWhatPythonWritesWhenFloatsAndTextsAreAnything() throws Exception {
    long seed = Seed.next();
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder input = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      double value = randomDouble(random);
      input.append("float ").append(HexFormat.of().toHexDigits(Double.doubleToLongBits(value)));
      input.append('\n');
      expected.add(PythonFloat.repr(value) + " " + PythonFloat.le(value));
    }
    for (int i = 0; i < 2_000; i++) {
      String text = randomText(random);
      byte[] utf16 = new byte[2 * text.length()];
      for (int j = 0; j < text.length(); j++) { // and not getBytes: half a character is kept
        utf16[2 * j] = (byte) (text.charAt(j) >> 8);
        utf16[2 * j + 1] = (byte) text.charAt(j);
      }
      input.append("text ").append(HexFormat.of().formatHex(utf16)).append('\n');
      Map<String, Object> map = new TreeMap<>(Map.of("\uffff", "", "😀", ""));
      map.put(text, List.of(text));
      expected.add(PythonJson.dumps(map));
    }

    List<String> theirs = client.run("texts.py", input.toString());

    // up to 0.23 it wrote e+010 for e+10
    assertThat(theirs.stream().map(line -> line.replaceAll("(?<=e\\+)0(?=[0-9]{2}$)", "")))
        .as(Seed.describe(seed))
        .containsExactlyElementsOf(expected);
  }

  private static double randomDouble(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(-100_000_000, 100_000_000) / 1000.0;
      case 1 -> Math.pow(10, random.nextInt(-30, 30)) * random.nextInt(1, 100);
      case 2 -> Math.scalb(1.0, random.nextInt(-1074, 1024));
      case 3 -> Math.scalb(1.0, random.nextInt(-1073, 1023)) * (1 + random.nextInt(3) * 0x1p-52);
      case 4 -> random.nextLong(1L << 54);
      default -> Double.longBitsToDouble(random.nextLong());
    };
  }

  private static String randomText(SplittableRandom random) {
    StringBuilder text = new StringBuilder("x"); // or the line would have no second word
    for (int i = random.nextInt(10); i > 0; i--) {
      switch (random.nextInt(5)) {
        case 0 -> text.append((char) random.nextInt(0x80));
        case 1 -> text.append((char) random.nextInt(0x10000));
        case 2 -> text.append((char) random.nextInt(0xD800, 0xE000));
        default -> text.appendCodePoint(random.nextInt(0x10000, 0x110000));
      }
    }
    return text.toString();
  }

  private void startChildren(int series) throws IOException {
    for (int i = 0; i < PROCESSES; i++) {
      children.add(client.start("count.py", directory, i, series));
    }
  }

  private PythonLayout layout() throws Exception {
    return PythonLayout.valueOf(client.run("facts.py", "").get(0));
  }

  /** What client_python's own collector makes of the directory. */
  private List<String> theirs() throws Exception {
    return client.run("samples.py", "", directory).stream().sorted().toList();
  }

  /** What we make of it; files that we know are read on. */
  private List<String> ours() throws Exception {
    files.keySet().removeIf(Files::notExists);
    try (var present = Files.newDirectoryStream(directory, "*.db")) {
      for (Path file : present) {
        readOn(file);
      }
    }
    return PythonMerge.lines(files.values());
  }

  private void readOn(Path file) throws IOException, CorruptFileException {
    Readings readings = files.get(file);
    if (readings == null) {
      readings = Readings.of(file);
      files.put(file, readings);
    }
    assertThat(readings.poll().fault()).isNull();
    assertThat(readings.file().skipped()).isNull();
    assertThat(readings.file().isCurrent()).isTrue();
  }

  private static String family(String name, String type, String help) {
    return PythonJson.dumps(List.of("family", name, type, help));
  }

  private static String sample(String name, Labels labels, double value) {
    Map<String, String> map = new TreeMap<>();
    labels.forEach(label -> map.put(label.getName(), label.getValue()));
    return PythonMerge.line(name, map, value);
  }
}
