package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Param;

/** Who is measured by each benchmark. */
class ContendersTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        CounterBenchmark.Contest.class,
        CounterLookupBenchmark.Contest.class,
        GaugeBenchmark.Contest.class,
        HistogramBenchmark.Contest.class,
        ScrapeBenchmark.Contest.class,
        SharedColumnBenchmark.Contest.class,
        SummaryBenchmark.Contest.class
      })
  void shouldBeTheFloorTallystickAndEveryPeer(Class<?> contest) throws NoSuchFieldException {
    List<String> contenders =
        Arrays.asList(contest.getField("contender").getAnnotation(Param.class).value());

    assertThat(contenders)
        .contains("BASELINE", "TALLYSTICK", "CLIENT_JAVA", "MICROMETER")
        .containsAnyOf("OPENTELEMETRY", "OPENTELEMETRY_BOUND");
  }
}
