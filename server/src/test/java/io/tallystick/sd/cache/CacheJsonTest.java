package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.tallystick.sd.generate.TargetGroup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CacheJsonTest {
  private static final long TIME_MS = 1_795_220_078_830L;

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static byte[] list() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("z", "Zürich \"1\"");
    labels.put("a", "");
    return CacheJson.list(
        List.of(
            new TargetGroup(List.of("db1:9100", "db2:9100"), labels),
            new TargetGroup(List.of(), Map.of())));
  }

  @Test
  void shouldWriteAListWithTheTimeAsSecondsWithAFraction() throws Exception {
    byte[] value = CacheJson.value(list(), TIME_MS);

    assertThat(text(value))
        .isEqualTo(
            "{\"updated_timestamp\":1795220078.830,\"results\":["
                + "{\"targets\":[\"db1:9100\",\"db2:9100\"],"
                + "\"labels\":{\"z\":\"Zürich \\\"1\\\"\",\"a\":\"\"}},"
                + "{\"targets\":[],\"labels\":{}}]}");
    assertThat(CacheJson.value(value).list()).isEqualTo(list());
    assertThat(CacheJson.value(value).updatedMs()).isEqualTo(TIME_MS);
  }

  @Test
  void shouldReadAListThatPythonWrote() throws Exception {
    String value =
        "{\"more\": {\"results\": []}, \"results\": [ {} ], \"updated_timestamp\": 7.25}";
    assertThat(text(CacheJson.value(value.getBytes(UTF_8)).list())).isEqualTo("[ {} ]");
    assertThat(CacheJson.value(value.getBytes(UTF_8)).updatedMs()).isEqualTo(7_250);
  }

  @Test
  void shouldRefuseWhatIsNoWholeList() {
    for (String value :
        List.of(
            "",
            "[]",
            "{}",
            "{\"results\":[]}",
            "{\"updated_timestamp\":1}",
            "{\"updated_timestamp\":\"1\",\"results\":[]}",
            "{\"updated_timestamp\":1,\"results\":{}}",
            "{\"updated_timestamp\":1,\"results\":[",
            "{\"updated_timestamp\":1,\"results\":[]")) {
      assertThatIOException().as(value).isThrownBy(() -> CacheJson.value(value.getBytes(UTF_8)));
    }
  }

  @Test
  void shouldWriteAnErrorAsPrometheusHttpSdDoes() throws Exception {
    GenerationError error =
        new GenerationError(
            "TimeoutExpired", "slow", "tb", "w", "j", "svc", Map.of("a", "b"), TIME_MS, 60_005, 2);

    assertThat(text(CacheJson.error(error)))
        .isEqualTo(
            "{\"error_type\":\"TimeoutExpired\",\"error_message\":\"slow\",\"traceback\":\"tb\","
                + "\"worker_id\":\"w\",\"job_id\":\"j\",\"path\":\"svc\","
                + "\"extra_args\":{\"a\":\"b\"},\"timestamp\":1795220078.830,"
                + "\"processing_time\":60.005,\"attempt\":2}");
    assertThat(CacheJson.error(CacheJson.error(error))).isEqualTo(error);
  }

  @Test
  void shouldWriteAJobAsPrometheusHttpSdDoes() throws Exception {
    GenerationJob job =
        new GenerationJob(new TargetQuery("a/b", Map.of("env", "prod")), "7", TIME_MS);

    assertThat(text(CacheJson.job(job)))
        .isEqualTo(
            "{\"full_path\":\"/targets/a/b?env=prod\",\"path\":\"a/b\","
                + "\"extra_args\":{\"env\":\"prod\"},\"job_id\":\"7\","
                + "\"known_timestamp\":1795220078.830}");
    assertThat(CacheJson.job(CacheJson.job(job))).isEqualTo(job);
    assertThatIOException().isThrownBy(() -> CacheJson.job("{}".getBytes(UTF_8)));
  }

  @Test
  void shouldKeepWhatIsKnownOfAList() throws Exception {
    ListStatus status = new ListStatus(TIME_MS, 12, 345);
    assertThat(CacheJson.status(CacheJson.status(status))).isEqualTo(status);
    assertThatIOException().isThrownBy(() -> CacheJson.status("{}".getBytes(UTF_8)));
  }
}
