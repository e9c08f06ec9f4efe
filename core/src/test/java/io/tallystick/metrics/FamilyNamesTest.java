package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.mirror.Registration;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.ProcessFile;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FamilyNamesTest {
  private final FamilyNames names =
      new FamilyNames(
          ProcessFile.inHeap(
              new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, Clock.systemUTC())),
          Duration.ZERO);

  @Test
  void shouldRefuseOtherBoundsWhileOneFamilyOfTheNameIsLeft() {
    Registration a = names.register(sizes("a", 1));
    Registration b = names.register(sizes("b", 1));
    assertThatThrownBy(() -> names.register(sizes("c", 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have the same mode, states and bounds: metric=sizes");

    a.unregister().run();
    assertThatThrownBy(() -> names.register(sizes("c", 5)))
        .isInstanceOf(IllegalArgumentException.class);

    b.unregister().run();
    assertThat(names.register(sizes("c", 5)).family().descriptor().labelNames())
        .containsExactly("c");
  }

  @Test
  void shouldRefuseTheSameLabelsTwice() {
    Registration first = names.register(sizes("a", 1));
    assertThatThrownBy(() -> names.register(sizes("a", 1)))
        .isInstanceOf(IllegalArgumentException.class);

    first.unregister().run();
    assertThat(names.register(sizes("a", 1))).isNotNull();
  }

  private static FamilyDescriptor sizes(String label, double bound) {
    return new FamilyDescriptor(
        FamilyType.HISTOGRAM,
        GaugeMode.ALL,
        "sizes",
        "sizes",
        "sizes",
        null,
        null,
        List.of(label),
        List.of(),
        List.of(),
        new double[] {bound, Double.POSITIVE_INFINITY},
        List.of(),
        new double[0],
        0);
  }
}
