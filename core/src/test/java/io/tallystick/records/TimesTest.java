package io.tallystick.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Times of records as texts. */
class TimesTest {
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

  @Test
  void shouldWriteAndReadEachTimeThatRecordsHave() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      long seconds =
          FIRST.getEpochSecond()
              + (long) (random.nextDouble() * (LAST.getEpochSecond() - FIRST.getEpochSecond()));
      Instant time = Instant.ofEpochSecond(seconds, random.nextInt(3) * 123_456_000L);
      String text = Times.toText(time);
      assertThat(OffsetDateTime.parse(text).toInstant()).isEqualTo(time);
      assertThat(Times.parse(text)).isEqualTo(time);
    }
    assertThat(Times.toText(FIRST)).isEqualTo("0001-01-01T00:00:00+00:00");
    assertThat(Times.toText(LAST)).isEqualTo("9999-12-31T23:59:59.999999+00:00");
    assertThat(Times.toText(Instant.parse("2024-02-29T12:34:56.000001Z")))
        .isEqualTo("2024-02-29T12:34:56.000001+00:00");
  }

  @Test
  void shouldReadTimesOfAnyZoneAndWithoutOneAsUtc() {
    Instant noon = Instant.parse("2030-01-01T12:00:00Z");
    assertThat(Times.parse("2030-01-01T12:00:00")).isEqualTo(noon);
    assertThat(Times.parse("2030-01-01 12:00:00Z")).isEqualTo(noon);
    assertThat(Times.parse("2030-01-01T12:00")).isEqualTo(noon);
    assertThat(Times.parse("2030-01-01T07:00:00-05:00")).isEqualTo(noon);
    assertThat(Times.parse("2030-01-01t14:00:00+0200")).isEqualTo(noon);
    assertThat(Times.parse("2030-01-01")).isEqualTo(noon.minusSeconds(43_200));
    assertThat(Times.parse("2030-01-01T12:00:00.123456789+00:00"))
        .isEqualTo(noon.plusNanos(123_456_000));
    assertThat(Times.parse("2030-01-01T12:00:00,5Z".replace(',', '.')))
        .isEqualTo(noon.plusMillis(500));
    for (String bad : new String[] {"", "now", "2030-13-01T00:00:00", "2030-01-01T25:00", "1"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Times.parse(bad));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Sample.of(Instant.MAX, 1));
  }
}
