package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonFileNameTest {
  @ParameterizedTest
  @CsvSource({
    "counter_12.db, COUNTER, 12",
    "histogram_12.db, HISTOGRAM, 12",
    "summary_uwsgi-1.db, SUMMARY, uwsgi-1",
    "counter_web_1.db, COUNTER, web_1",
    "counter_a.db.db, COUNTER, a.db",
  })
  void shouldSayTypeAndPidWhenItIsNoGauge(String text, FamilyType type, String pid) {
    PythonFileName name = PythonFileName.parse(text);

    assertThat(name).isEqualTo(new PythonFileName(type, GaugeMode.ALL, pid)).hasToString(text);
  }

  @ParameterizedTest
  @EnumSource(GaugeMode.class)
  void shouldSayTheModeWhenItIsAGauge(GaugeMode mode) {
    PythonFileName expected = new PythonFileName(FamilyType.GAUGE, mode, "7");

    assertThat(PythonFileName.parse(expected.toString())).isEqualTo(expected);
  }

  @Test
  void shouldTakeWhatIsBehindTheModeWhenThePidHasUnderscores() {
    assertThat(PythonFileName.parse("gauge_liveall_web_1.db"))
        .isEqualTo(new PythonFileName(FamilyType.GAUGE, GaugeMode.LIVEALL, "web_1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".db",
        "counter.db",
        "counter_.db",
        "counter_1.DB",
        "counter_1.db.tmp",
        "Counter_1.db",
        "gauge_1.db",
        "gauge_all_.db",
        "gauge_ALL_1.db",
        "gauge_mean_1.db",
        "info_1.db",
        "untyped_1.db",
        "index.db",
        "xcounter_1.db",
      })
  void shouldSayNothingWhenClientPythonGivesNoSuchName(String text) {
    assertThat(PythonFileName.parse(text)).isNull();
  }
}
