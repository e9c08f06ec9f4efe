package io.tallystick.store.contract;

import static io.tallystick.shm.FamilyType.GAUGE;
import static io.tallystick.store.contract.Families.LEASE;
import static io.tallystick.store.contract.Families.all;
import static io.tallystick.store.contract.Families.gauge;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The clauses of gauges in the ledger. */
abstract class LedgerGaugesContract {
  abstract Store store();

  abstract TurnedClock clock();

  private Ledger ledger() {
    return store().ledger();
  }

  private void publishAll(String source, long version, FamilyValues... families) {
    assertThat(ledger().publish(all(source, version, families))).isEqualTo(Ledger.Result.ACCEPTED);
  }

  private List<Labels> labels() {
    return ledger().read().get(0).series().stream().map(SeriesValues::labels).toList();
  }

  @Test
  void l6ShouldTellSourcesApartAndForgetLiveGaugesWhenRetired() {
    publishAll("a", 1, gauge(GaugeMode.LIVEALL, 1, clock().millis()));
    publishAll("b", 1, gauge(GaugeMode.LIVEALL, 2, clock().millis()));
    assertThat(labels())
        .containsExactly(
            Labels.of("instance", "a", "pid", "1"), Labels.of("instance", "b", "pid", "1"));
    ledger().retire("a");
    assertThat(labels()).containsExactly(Labels.of("instance", "b", "pid", "1"));
  }

  @Test
  void l7ShouldForgetARetiredSourcesOwnGaugesAfterTheirRetention() {
    publishAll("a", 1, gauge(GaugeMode.ALL, 1, clock().millis()));
    ledger().retire("a");
    assertThat(labels()).containsExactly(Labels.of("instance", "a", "pid", "1"));
    clock().turn(Duration.ofHours(1).plusMillis(1));
    assertThat(ledger().read()).isEmpty();
  }

  @Test
  void l13ShouldMergeGaugesByTheirModesWhetherSourcesLiveOrNot() {
    Map<GaugeMode, Double> merged =
        Map.of(
            GaugeMode.MIN, 1.0, GaugeMode.MAX, 3.0, GaugeMode.SUM, 4.0, GaugeMode.MOSTRECENT, 1.0);
    publishAll("a", 1, gauges(merged.keySet(), 1, clock().millis() + 1));
    publishAll("b", 1, gauges(merged.keySet(), 3, clock().millis()));
    assertThat(gaugeValues()).isEqualTo(merged);
    ledger().retire("a");
    assertThat(gaugeValues()).isEqualTo(merged);
    ledger().retire("b");
    assertThat(gaugeValues()).isEqualTo(merged);
  }

  private static FamilyValues[] gauges(Set<GaugeMode> modes, double value, long writtenMs) {
    return modes.stream().map(mode -> gauge(mode, value, writtenMs)).toArray(FamilyValues[]::new);
  }

  private Map<GaugeMode, Double> gaugeValues() {
    return ledger().read().stream()
        .collect(Collectors.toMap(FamilyValues::mode, each -> each.series().get(0).sum()));
  }

  @Test
  void l18ShouldCountASourceWhoseLeaseIsOverAsRetired() {
    publishAll("a", 1, gauge(GaugeMode.LIVEMAX, 1, clock().millis()));
    clock().turn(LEASE);
    assertThat(ledger().read()).isEmpty();
    publishAll("a", 2, gauge(GaugeMode.LIVEMAX, 1, clock().millis())); // nobody has retired it
    assertThat(ledger().read()).hasSize(1);
  }

  @Test
  void l22ShouldTellSourcesApartWhenNamesAndLabelsAreAsLongAsTheyMayBe() {
    String source = "s".repeat(store().limits().keyBytes());
    Labels labels = Labels.of("long", "v".repeat(32_000), "pid", "1");
    SeriesValues series = Families.series(labels, List.of(), 1, clock().millis());
    publishAll(source, 1, Families.family("g", GAUGE, GaugeMode.ALL, List.of(), series));
    assertThat(labels()).containsExactly(labels.add("instance", source));
    ledger().retire(source);
    assertThat(labels()).containsExactly(labels.add("instance", source));
  }
}
