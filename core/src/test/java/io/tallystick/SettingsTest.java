package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private final Properties properties = new Properties();
  private final Map<String, String> environment = new HashMap<>();

  @ParameterizedTest
  @CsvSource({
    "tallystick.dir, TALLYSTICK_DIR",
    "tallystick.columns, TALLYSTICK_COLUMNS",
    "tallystick.segmentCells, TALLYSTICK_SEGMENT_CELLS",
    "tallystick.maxBytes, TALLYSTICK_MAX_BYTES",
    "tallystick.maxSeriesPerMetric, TALLYSTICK_MAX_SERIES_PER_METRIC",
    "tallystick.maxSeriesPerDirectory, TALLYSTICK_MAX_SERIES_PER_DIRECTORY",
    "tallystick.deadGaugeRetention, TALLYSTICK_DEAD_GAUGE_RETENTION",
    "tallystick.instanceName, TALLYSTICK_INSTANCE_NAME",
    "tallystick.mirrorInterval, TALLYSTICK_MIRROR_INTERVAL",
    "tallystick.seriesTimeToLive, TALLYSTICK_SERIES_TIME_TO_LIVE",
    "tallystick.replicateTo, TALLYSTICK_REPLICATE_TO",
    "tallystick.replicationInterval, TALLYSTICK_REPLICATION_INTERVAL",
    "tallystick.replicationLease, TALLYSTICK_REPLICATION_LEASE",
    "tallystick.replicationName, TALLYSTICK_REPLICATION_NAME"
  })
  void shouldReadTheVariableWhenThePropertyHasAnotherSpelling(String property, String variable) {
    assertThat(Settings.variable(property)).isEqualTo(variable);
    environment.put(variable, "7");
    assertThat(settings().text(property)).isEqualTo("7");
  }

  @Test
  void shouldTakeTheDefaultWhenNothingIsSet() {
    assertThat(settings().number(Settings.MAX_BYTES, 5, 0, 10)).isEqualTo(5);
    assertThat(settings().number(Settings.COLUMNS, 6, 0, 10)).isEqualTo(6);
    assertThat(settings().text(Settings.INSTANCE_NAME)).isNull();
    assertThat(settings().deadGaugeRetention()).isEqualTo(Scraper.DEFAULT_DEAD_GAUGE_RETENTION);
    assertThat(settings().mirrorInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings().seriesTimeToLive()).isZero();
  }

  @Test
  void shouldTakeTheEnvironmentWhenItIsSet() {
    environment.put("TALLYSTICK_MAX_BYTES", "7");
    environment.put("TALLYSTICK_COLUMNS", "8");
    environment.put("TALLYSTICK_INSTANCE_NAME", "from the environment");
    environment.put("TALLYSTICK_DEAD_GAUGE_RETENTION", "9s");
    assertThat(settings().number(Settings.MAX_BYTES, 5, 0, 10)).isEqualTo(7);
    assertThat(settings().number(Settings.COLUMNS, 6, 0, 10)).isEqualTo(8);
    assertThat(settings().text(Settings.INSTANCE_NAME)).isEqualTo("from the environment");
    assertThat(settings().deadGaugeRetention()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void shouldTakeThePropertyWhenTheEnvironmentIsSetToo() {
    environment.put("TALLYSTICK_MAX_BYTES", "7");
    environment.put("TALLYSTICK_COLUMNS", "not even a number");
    environment.put("TALLYSTICK_INSTANCE_NAME", "from the environment");
    environment.put("TALLYSTICK_DEAD_GAUGE_RETENTION", "9s");
    properties.setProperty("tallystick.maxBytes", "1");
    properties.setProperty("tallystick.columns", "2");
    properties.setProperty("tallystick.instanceName", "from a property");
    properties.setProperty("tallystick.deadGaugeRetention", "3s");
    assertThat(settings().number(Settings.MAX_BYTES, 5, 0, 10)).isEqualTo(1);
    assertThat(settings().number(Settings.COLUMNS, 6, 0, 10)).isEqualTo(2);
    assertThat(settings().text(Settings.INSTANCE_NAME)).isEqualTo("from a property");
    assertThat(settings().deadGaugeRetention()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void shouldTakeWhatTheBuilderIsGivenWhenThePropertyIsSetToo() throws IOException {
    String before = System.setProperty(Settings.INSTANCE_NAME, "from-a-property");
    try (TempDirectory directory = TempDirectory.create()) {
      try (Tallystick set = Tallystick.open(directory.path())) {
        assertThat(set.instanceName()).isEqualTo("from-a-property");
      }
      try (Tallystick given =
          Tallystick.builder().directory(directory.path()).instanceName("given").open()) {
        assertThat(given.instanceName()).isEqualTo("given");
      }
    } finally {
      restore(Settings.INSTANCE_NAME, before);
    }
  }

  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void shouldFailToOpenWhenAPropertyIsBad() throws IOException {
    String before = System.setProperty(Settings.COLUMNS, "many");
    try (TempDirectory directory = TempDirectory.create()) {
      assertThatThrownBy(() -> Tallystick.open(directory.path()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("bad setting: tallystick.columns=many expected=a whole number");
    } finally {
      restore(Settings.COLUMNS, before);
    }
  }

  @ParameterizedTest
  @CsvSource({"10ms, true", "1d, true", "9ms, false", "25h, false", "0s, false"})
  void shouldTakeAMirrorIntervalWhenItIsNeitherTooShortNorTooLong(String text, boolean isGood) {
    properties.setProperty("tallystick.mirrorInterval", text);
    if (isGood) {
      assertThat(settings().mirrorInterval()).isPositive();
    } else {
      assertThatThrownBy(() -> settings().mirrorInterval())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "bad setting: tallystick.mirrorInterval=" + text + " expected=from 10ms to 1d");
      assertThatThrownBy(
              () ->
                  Tallystick.builder()
                      .mirrorInterval(
                          settings().duration("tallystick.mirrorInterval", Duration.ZERO)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("bad setting: mirrorInterval=PT");
    }
  }

  @ParameterizedTest
  @CsvSource({"0s, true", "10s, true", "400d, true", "9999ms, false", "1ms, false"})
  void shouldTakeATimeToLiveWhenItIsNotTooShort(String text, boolean isGood) {
    properties.setProperty("tallystick.seriesTimeToLive", text);
    Duration ttl = settings().duration("tallystick.seriesTimeToLive", Duration.ofSeconds(1));
    if (isGood) {
      assertThat(settings().seriesTimeToLive()).isEqualTo(ttl);
      assertThatNoException().isThrownBy(() -> Tallystick.builder().seriesTimeToLive(ttl));
    } else {
      assertThatThrownBy(() -> settings().seriesTimeToLive())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "bad setting: tallystick.seriesTimeToLive="
                  + text
                  + " expected=0s for none, or from 10s on");
      assertThatThrownBy(() -> Tallystick.builder().seriesTimeToLive(ttl))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("bad setting: seriesTimeToLive=PT");
      assertThatThrownBy(() -> Counter.builder().seriesTimeToLive(ttl))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("bad time to live: seriesTimeToLive=PT");
    }
  }

  @Test
  void shouldTakeThePropertyFirstWhenDirectoriesAreSetEverywhere() {
    environment.put("PROMETHEUS_MULTIPROC_DIR", "/python");
    assertThat(settings().directory()).isEqualTo(Path.of("/python"));
    environment.put("TALLYSTICK_DIR", "/environment");
    assertThat(settings().directory()).isEqualTo(Path.of("/environment"));
    properties.setProperty("tallystick.dir", "/property");
    assertThat(settings().directory()).isEqualTo(Path.of("/property"));
  }

  @Test
  void shouldTakeADirectoryOfTheUserWhenNoneIsSet() throws IOException {
    environment.put("PROMETHEUS_MULTIPROC_DIR", " ");
    properties.setProperty("java.io.tmpdir", "/temporary");
    properties.setProperty("user.name", "somebody");
    Path shared = Path.of("/dev/shm");
    Path self = Path.of("/proc/self");
    String user = Files.exists(self) ? Files.getAttribute(self, "unix:uid").toString() : "somebody";
    assertThat(settings().directory())
        .isEqualTo(
            (Files.isWritable(shared) ? shared : Path.of("/temporary"))
                .resolve("tallystick-" + user));
  }

  @Test
  void shouldNameThePropertyWhenItIsUnknown() {
    properties.setProperty("tallystick.colums", "7");
    assertThatThrownBy(this::settings)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown system property: name=tallystick.colums known=tallystick.columns,"
                + "tallystick.deadGaugeRetention,tallystick.dir,tallystick.instanceName,"
                + "tallystick.maxBytes,tallystick.maxSeriesPerDirectory,"
                + "tallystick.maxSeriesPerMetric,tallystick.mirrorInterval,"
                + "tallystick.replicateTo,tallystick.replicationInterval,"
                + "tallystick.replicationLease,tallystick.replicationName,"
                + "tallystick.segmentCells,tallystick.seriesTimeToLive");
  }

  @Test
  void shouldReplicateNothingWhenNothingIsSet() {
    ReplicationSettings replication = ReplicationSettings.of(settings());

    assertThat(replication.target()).isNull();
    assertThat(replication.interval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(replication.lease()).isEqualTo(Duration.ofMinutes(5));
    assertThat(replication.name()).isNull();
  }

  @Test
  void shouldTakeReplicationFromTheSettingsWhenTheyAreMade() {
    properties.setProperty("tallystick.replicateTo", "memory:");
    environment.put("TALLYSTICK_REPLICATION_INTERVAL", "2s");
    environment.put("TALLYSTICK_REPLICATION_LEASE", "1m");
    environment.put("TALLYSTICK_REPLICATION_NAME", "web-1");

    ReplicationSettings replication = ReplicationSettings.of(settings());

    assertThat(replication.target()).isNotNull();
    assertThat(replication.interval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(replication.lease()).isEqualTo(Duration.ofMinutes(1));
    assertThat(replication.name()).isEqualTo("web-1");
  }

  @Test
  void shouldNotTellAUrlWhenItIsNone() {
    environment.put("TALLYSTICK_REPLICATE_TO", "//user:secret@host");

    assertThatThrownBy(() -> ReplicationSettings.of(settings()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TALLYSTICK_REPLICATE_TO")
        .hasMessageNotContaining("secret")
        .hasNoSuppressedExceptions()
        .cause()
        .hasMessageNotContaining("secret");
  }

  @Test
  void shouldNameTheVariableWhenItIsUnknown() {
    environment.put("TALLYSTICK_MAXBYTES", "7");
    assertThatThrownBy(this::settings)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unknown environment variable: name=TALLYSTICK_MAXBYTES known=")
        .hasMessageContaining("TALLYSTICK_MAX_BYTES");
  }

  @Test
  void shouldLeaveNamesAloneWhenTheyAreNoSettings() {
    properties.setProperty("tallystick.held.0123", "true");
    properties.setProperty("tallystick.test.seed", "1");
    properties.setProperty("tallysticks", "1");
    properties.setProperty("user.name", "somebody");
    environment.put("TALLYSTICK_JAVA_OPTS", "-Xmx1g");
    environment.put("TALLYSTICK_TEST_REDIS_URL", "redis://localhost");
    environment.put("tallystick.unknown", "1");
    assertThat(settings().text(Settings.INSTANCE_NAME)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "x", "1.5", "0x10", "1e3", "9223372036854775808", "1 000"})
  void shouldNameThePropertyWhenANumberIsNone(String value) {
    properties.setProperty("tallystick.maxBytes", value);
    assertThatThrownBy(() -> settings().number(Settings.MAX_BYTES, 0, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad setting: tallystick.maxBytes=" + value + " expected=a whole number");
  }

  @Test
  void shouldNameTheVariableWhenANumberIsNone() {
    environment.put("TALLYSTICK_MAX_BYTES", "1MB");
    assertThatThrownBy(() -> settings().number(Settings.MAX_BYTES, 0, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad setting: TALLYSTICK_MAX_BYTES=1MB expected=a whole number");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 11, Long.MAX_VALUE, Long.MIN_VALUE, (1L << 32) + 5})
  void shouldNameThePropertyWhenANumberIsOutOfRange(long value) {
    properties.setProperty("tallystick.columns", Long.toString(value));
    assertThatThrownBy(() -> settings().number(Settings.COLUMNS, 0, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad setting: tallystick.columns=" + value + " expected=from 0 to 10");
  }

  @Test
  void shouldNameTheVariableWhenANumberIsOutOfRange() {
    environment.put("TALLYSTICK_COLUMNS", "11");
    assertThatThrownBy(() -> settings().number(Settings.COLUMNS, 0, 0, 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad setting: TALLYSTICK_COLUMNS=11 expected=from 0 to 10");
  }

  @Test
  void shouldTakeTheEndsWhenANumberIsWithinARange() {
    for (int value : new int[] {0, 10}) {
      properties.setProperty("tallystick.columns", " " + value + " ");
      assertThat(settings().number(Settings.COLUMNS, 5, 0, 10)).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "500ms, PT0.5S",
    "90s, PT90S",
    "5m, PT5M",
    "1h, PT1H",
    "2d, PT48H",
    "0s, PT0S",
    "PT1H30M, PT1H30M",
    "P1DT1S, P1DT1S"
  })
  void shouldTakeADurationWhenItIsWrittenInEitherWay(String value, Duration expected) {
    properties.setProperty("tallystick.deadGaugeRetention", value);
    assertThat(settings().deadGaugeRetention()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1 h", "1w", "-1s", "h", "1.5h", "PT", "1000000000000s"})
  void shouldNameThePropertyWhenADurationIsNone(String value) {
    properties.setProperty("tallystick.deadGaugeRetention", value);
    assertThatThrownBy(() -> settings().deadGaugeRetention())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "bad setting: tallystick.deadGaugeRetention="
                + value
                + " expected=a duration such as 90s, 1h or PT1H");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-1S", "-PT1S", "PT9223372036854775807S", "P106751991168D"})
  void shouldNameTheVariableWhenADurationIsOutOfRange(String value) {
    environment.put("TALLYSTICK_DEAD_GAUGE_RETENTION", value);
    assertThatThrownBy(() -> settings().deadGaugeRetention())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bad setting: TALLYSTICK_DEAD_GAUGE_RETENTION=" + value);
  }

  @Test
  void shouldNameTheSettingWhenTheDirectoryIsNoPath() {
    environment.put("TALLYSTICK_DIR", "a\0b");
    assertThatThrownBy(() -> settings().directory())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad setting: TALLYSTICK_DIR=a\0b expected=a path");
  }

  @Test
  void shouldNameTheSettingWhenTheBuilderIsGivenWhatIsOutOfRange() {
    Tallystick.Builder builder = Tallystick.builder();
    assertRefused(() -> builder.columns(-1), "columns=-1 expected=from 0 to 1024");
    assertRefused(() -> builder.columns(1_025), "columns=1025 expected=from 0 to 1024");
    assertRefused(() -> builder.segmentCells(63), "segmentCells=63 expected=from 64 to 1048576");
    assertRefused(
        () -> builder.segmentCells(1_048_577), "segmentCells=1048577 expected=from 64 to 1048576");
    assertRefused(
        () -> builder.maxBytes(65_535),
        "maxBytes=65535 expected=from 65536 to 9223372036854775807");
    assertRefused(
        () -> builder.maxSeriesPerMetric(0), "maxSeriesPerMetric=0 expected=from 1 to 2147483647");
    assertRefused(
        () -> builder.maxSeriesPerDirectory(0),
        "maxSeriesPerDirectory=0 expected=from 1 to 50000000");
    assertRefused(
        () -> builder.maxSeriesPerDirectory(50_000_001),
        "maxSeriesPerDirectory=50000001 expected=from 1 to 50000000");
    assertThatThrownBy(() -> builder.deadGaugeRetention(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bad setting: deadGaugeRetention=");
    assertThatThrownBy(() -> builder.deadGaugeRetention(Duration.ofSeconds(Long.MAX_VALUE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bad setting: deadGaugeRetention=");
    assertThatThrownBy(() -> builder.instanceName(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("instanceName=");
  }

  private static void assertRefused(Runnable setting, String message) {
    assertThatThrownBy(setting::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad setting: " + message);
  }

  private Settings settings() {
    return new Settings(properties, environment);
  }

  private static void restore(String property, String before) {
    if (before == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, before);
    }
  }
}
