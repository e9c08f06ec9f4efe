package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.records.AgentState;
import io.tallystick.records.Alert;
import io.tallystick.records.AlertStatus;
import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordStore;
import io.tallystick.records.Sample;
import io.tallystick.records.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records as a program in Python reads them from Redis, with its json and its datetime. */
class RedisRecordsPythonTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00.000123Z");
  private static final String TEXT = "\u00e9 \ud83d\ude00 \uffff \" \\ \n";

  /** Asks Redis by its protocol, which takes no package; prints what it read, in Python's words. */
  private static final String READER =
      """
      import datetime, json, socket, sys
      stream = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10).makefile('rwb')

      def ask(*words):
          stream.write(b'*%d\\r\\n' % len(words))
          for word in words:
              stream.write(b'$%d\\r\\n%s\\r\\n' % (len(word.encode()), word.encode()))
          stream.flush()
          line = stream.readline().decode()
          assert line != '$-1\\r\\n', words
          if line[0] == '$':
              return stream.read(int(line[1:]) + 2)[:-2]
          return int(line[1:])

      def time(text):
          time = datetime.datetime.fromisoformat(text)
          assert time.utcoffset() == datetime.timedelta(0), text
          return time.strftime('%H:%M:%S.%f')

      def read(key):
          record = json.loads(ask('GET', key))
          for name, value in record.items():
              if name.endswith(('_at', '_time', '_heartbeat')) and value is not None:
                  record[name] = time(value)
          for value in record.get('values', []):
              value['timestamp'] = time(value['timestamp'])
          print(ascii(record))
          print(ask('TTL', key))

      for key in sys.argv[2:]:
          read(key)
      """;

  @TempDir private static Path folder;

  private static List<String> python(String... arguments) throws Exception {
    Path output = folder.resolve("python.txt");
    Process process;
    try {
      List<String> command = new ArrayList<>(List.of("python3", "-c", READER));
      command.addAll(List.of(arguments));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "no python3");
      return List.of();
    }
    try {
      boolean isOver = process.waitFor(60, TimeUnit.SECONDS);
      String text = Files.readString(output);
      assertThat(isOver).as(text).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
      return text.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldBeReadWithAllTheirFieldsByPython() throws Exception {
    List<String> read;
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore store = RedisStore.open(server.url())) {
      RecordStore records = RecordStore.of(store);
      records
          .metrics()
          .save(
              MetricRecord.of("m", TEXT, "gauge", NOON)
                  .withMetadata(Map.of("unit", "s"))
                  .withValues(List.of(new Sample(NOON, 0.1, Map.of("host", "a")))));
      boolean unused = records.metrics().append("m", Sample.of(NOON.plusSeconds(1), Double.NaN));
      unused = records.metrics().append("m", Sample.of(NOON.plusSeconds(2), 1.0 / 0));
      records
          .alerts()
          .save(
              new Alert(
                  "a",
                  "disk",
                  "full",
                  Severity.CRITICAL,
                  AlertStatus.ACTIVE,
                  "probe",
                  NOON,
                  null,
                  Map.of("host", "h"),
                  Map.of("runbook", "x"),
                  NOON,
                  NOON.plusSeconds(1),
                  Map.of()));
      records
          .agents()
          .save(
              new AgentState(
                  "i", "g", "idle", Map.of("load", 1.5), NOON, NOON, NOON, Map.of("of", "it")));
      read = python(Integer.toString(server.port()), "metric:m", "alert:a", "agent:g");
    }
    assertThat(read).hasSize(6);
    assertThat(read.get(0))
        .startsWith(
            "{'id': 'm', 'name': '\\xe9 \\U0001f600 \\uffff \" \\\\ \\n"
                + "', 'type': 'gauge', 'values': [{'timestamp': '12:00:00.000123', 'value': 0.1,"
                + " 'tags': {'host': 'a'}}, {'timestamp': '12:00:01.000123', 'value': nan, 'tags':"
                + " {}}, {'timestamp': '12:00:02.000123', 'value': inf, 'tags': {}}], 'metadata':"
                + " {'unit': 's'}, 'created_at': '12:00:00.000123', 'updated_at': '");
    assertThat(read.get(2))
        .isEqualTo(
            "{'id': 'a', 'name': 'disk', 'description': 'full', 'severity': 'critical', 'status':"
                + " 'active', 'source': 'probe', 'start_time': '12:00:00.000123', 'end_time': None,"
                + " 'labels': {'host': 'h'}, 'annotations': {'runbook': 'x'}, 'created_at':"
                + " '12:00:00.000123', 'updated_at': '12:00:01.000123'}");
    assertThat(read.get(4))
        .isEqualTo(
            "{'id': 'i', 'agent_id': 'g', 'status': 'idle', 'metrics': {'load': 1.5},"
                + " 'last_heartbeat': '12:00:00.000123', 'created_at': '12:00:00.000123',"
                + " 'updated_at': '12:00:00.000123', 'of': 'it'}");
    assertThat(Integer.parseInt(read.get(1))).isBetween(600_000, 604_800);
    assertThat(Integer.parseInt(read.get(3))).isBetween(1_200_000, 1_209_600);
    assertThat(Integer.parseInt(read.get(5))).isBetween(3_000, 3_600);
  }
}
