package io.tallystick.store.contract;

import static io.tallystick.store.contract.Families.LEASE;
import static io.tallystick.store.contract.Families.all;
import static io.tallystick.store.contract.Families.count;
import static io.tallystick.store.contract.Families.counter;
import static io.tallystick.store.contract.Families.histogram;
import static io.tallystick.store.contract.Refusal.assertPermanent;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.QuantileValues;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The clauses of the ledger. */
abstract class LedgerContract {
  abstract Store store();

  abstract TurnedClock clock();

  private Ledger ledger() {
    return store().ledger();
  }

  private Result publishAll(String source, long version, FamilyValues... families) {
    return ledger().publish(all(source, version, families));
  }

  private Result publishAllBehind(long version, long since, FamilyValues... families) {
    return ledger().publish(Publication.ofAllBehind("a", version, since, List.of(families), LEASE));
  }

  private Result publishChanges(long version, long since, FamilyValues families) {
    return ledger().publish(Publication.ofChanges("a", version, since, List.of(families), LEASE));
  }

  private Map<String, Double> totals() {
    return totals(ledger().read());
  }

  private Map<String, Double> totals(Set<String> without) {
    return totals(ledger().parts(without).merge(clock().millis()).toShow());
  }

  private static Map<String, Double> totals(List<FamilyValues> families) {
    return families.stream()
        .flatMap(family -> family.series().stream())
        .collect(Collectors.toMap(each -> each.labels().get("path"), SeriesValues::total));
  }

  @Test
  void l1ShouldAddUpSourcesAndIgnoreWhatIsNotNewer() {
    assertThat(publishAll("a", 2, counter(count("/", 3)))).isEqualTo(Result.ACCEPTED);
    assertThat(publishAll("a", 2, counter(count("/", 9)))).isEqualTo(Result.STALE);
    assertThat(publishAll("a", 1, counter(count("/", 9)))).isEqualTo(Result.STALE);
    publishAll("b", 1, counter(count("/", 4)));
    assertThat(totals()).isEqualTo(Map.of("/", 8.0));
  }

  @Test
  void l2ShouldPutChangedSeriesInPlaceOnlyWhenTheyFollowWhatIsThere() {
    assertThat(publishChanges(2, 1, counter(count("/", 1)))).isEqualTo(Result.INCOMPLETE);
    publishAll("a", 1, counter(count("/", 1), count("/x", 1)));
    assertThat(publishChanges(3, 2, counter(count("/", 9)))).isEqualTo(Result.INCOMPLETE);
    assertThat(publishChanges(2, 1, counter(count("/", 5)))).isEqualTo(Result.ACCEPTED);
    assertThat(totals()).isEqualTo(Map.of("/", 5.5, "/x", 1.5));
    publishAll("a", 4, counter(count("/", 6)));
    assertThat(totals()).isEqualTo(Map.of("/", 6.5));
  }

  @Test
  void l3ShouldCountASourceOnceWhenItIsRetiredTwice() {
    publishAll("a", 1, counter(count("/", 3)));
    assertThat(ledger().retire("a")).isTrue();
    assertThat(ledger().retire("a")).isFalse();
    assertThat(publishAll("a", 2, counter(count("/", 3)))).isEqualTo(Result.RETIRED);
    publishAll("b", 1, counter(count("/", 4)));
    assertThat(totals()).isEqualTo(Map.of("/", 8.0));
    assertThat(ledger().sources()).extracting(Ledger.Source::name).containsExactly("b");
  }

  @Test
  void l4ShouldRetireSourcesWhoseLeasesAreOver() {
    publishAll("a", 1, counter(count("/", 3)));
    clock().turn(LEASE.minusMillis(1));
    assertThat(ledger().retireExpired()).isEmpty();
    publishAll("b", 1, counter(count("/", 4)));
    clock().turn(Duration.ofMillis(1));
    assertThat(ledger().retireExpired()).containsExactly("a");
    assertThat(totals()).isEqualTo(Map.of("/", 8.0));
  }

  @Test
  void l5ShouldAddUpTheBucketsThatSourcesHaveInCommon() {
    double inf = Double.POSITIVE_INFINITY;
    publishAll("a", 1, histogram(List.of(1.0, 2.0, inf), List.of(1L, 2L, 3L)));
    ledger().retire("a");
    publishAll("b", 1, histogram(List.of(2.0, inf), List.of(10L, 20L)));
    FamilyValues merged = ledger().read().get(0);
    assertThat(merged.bounds()).containsExactly(2.0, inf);
    assertThat(merged.series().get(0).counts()).containsExactly(13L, 23L);
    ledger().retire("b");
    assertThat(ledger().read()).containsExactly(merged);
  }

  @Test
  void l8ShouldGiveTheBaselineOfASourceThatWasCutOffAlone() {
    publishAll("ended", 1, counter(count("/", 1)));
    publishAll("cut", 1, counter(count("/", 2)));
    ledger().retire("ended");
    assertThat(ledger().baseline("cut")).isEmpty();
    clock().turn(LEASE);
    ledger().retireExpired();
    assertThat(ledger().baseline("cut")).hasValue(List.of(counter(count("/", 2))));
    assertThat(ledger().baseline("ended")).isEmpty();
    assertThat(ledger().baseline("unknown")).isEmpty();
  }

  @Test
  void l9ShouldRefuseARetiredSourceForADay() {
    publishAll("a", 1, counter(count("/", 1)));
    ledger().retire("a");
    clock().turn(Duration.ofDays(1).minusMillis(1));
    publishAll("b", 1, counter(count("/", 1)));
    ledger().retire("b");
    assertThat(publishAll("a", 2, counter(count("/", 1)))).isEqualTo(Result.RETIRED);
    assertThat(totals()).isEqualTo(Map.of("/", 3.0));
  }

  @Test
  void l10ShouldKeepItsIdentityForAsLongAsItsContent() {
    String id = ledger().id();
    publishAll("a", 1, counter(count("/", 1)));
    ledger().retire("a");
    clock().turn(Duration.ofDays(400));
    ledger().retireExpired();
    assertThat(ledger().id()).isEqualTo(id).isNotEmpty();
  }

  @Test
  void l11ShouldHaveWhatTheSourceHasWhateverBecameOfPublications() {
    Random random = new Random(11);
    List<Publication> late = new ArrayList<>();
    long count = 0;
    for (int version = 1; version <= 60; version++) {
      count += random.nextInt(5);
      Publication publication = all("a", version, counter(count("/", count)));
      if (random.nextInt(3) > 0) {
        late.add(publication); // lost, or to come later, or twice
      }
      if (random.nextInt(3) > 0) {
        ledger().publish(publication);
      }
      Collections.shuffle(late, random);
      late.subList(0, late.size() / 3).forEach(ledger()::publish);
    }
    publishAll("a", 61, counter(count("/", count)));
    late.forEach(ledger()::publish);
    assertThat(totals()).isEqualTo(Map.of("/", count + 0.5));
  }

  @Test
  void l12ShouldShowAndFoldEveryTypeWithAllThatItHas() {
    List<FamilyValues> all = Families.allTypes("a", 1, clock().millis()).families();
    ledger().publish(Publication.ofAll("a", 1, all, LEASE));
    List<FamilyValues> shown = ledger().read();
    assertThat(shown).containsExactlyInAnyOrderElementsOf(all);
    ledger().retire("a");
    assertThat(ledger().read()).isEqualTo(shown);
    clock().turn(Duration.ofMinutes(10));
    assertThat(ledger().read())
        .flatExtracting(FamilyValues::series)
        .extracting(SeriesValues::quantileValues)
        .filteredOn(Objects::nonNull)
        .containsExactly(new QuantileValues(new TreeMap<>()));
  }

  @Test
  void l14ShouldShowTheOldestRegistrationWhenTypesDiffer() {
    publishAll("a", 1, counter(count("/", 1)));
    FamilyValues summary =
        Families.family("m", FamilyType.SUMMARY, GaugeMode.ALL, List.of(), count("/", 5));
    publishAll("b", 1, summary);
    assertThat(ledger().read()).containsExactly(counter(count("/", 1)));
    ledger().retire("a");
    ledger().retire("b");
    assertThat(ledger().read()).containsExactly(counter(count("/", 1)));
  }

  @Test
  void l15ShouldNeverShowLessWhilePublishedRetiredAndRead() throws Exception {
    AtomicInteger sources = new AtomicInteger();
    Threads.run(
        3,
        () -> {
          double latest = 0;
          for (int i = 0; i < 15; i++) {
            String name = "s" + sources.incrementAndGet();
            publishAll(name, 1, counter(count("/", 1)));
            double now = totals().get("/");
            assertThat(now).isGreaterThanOrEqualTo(latest + 1.5);
            latest = now;
            ledger().retire(name);
          }
        });
    assertThat(totals()).isEqualTo(Map.of("/", 45 * 1.5));
  }

  @Test
  void l16ShouldAskForAllWhenAFamilyHasAnotherShape() {
    double inf = Double.POSITIVE_INFINITY;
    publishAll("a", 1, histogram(List.of(1.0, inf), List.of(1L, 2L)));
    assertThat(publishChanges(2, 1, histogram(List.of(2.0, inf), List.of(1L, 3L))))
        .isEqualTo(Result.INCOMPLETE);
    assertThat(ledger().read().get(0).series().get(0).counts()).containsExactly(1L, 2L);
  }

  @Test
  void l17ShouldFoldSeriesBySeriesWhenSourcesHaveOthers() {
    for (int i = 0; i < 5; i++) {
      publishAll("s" + i, 1, counter(count("/" + i, 1), count("/" + (i + 1), 1)));
      ledger().retire("s" + i);
    }
    assertThat(totals())
        .isEqualTo(Map.of("/0", 1.5, "/1", 3.0, "/2", 3.0, "/3", 3.0, "/4", 3.0, "/5", 1.5));
  }

  @Test
  void l19ShouldRefuseNamesBeyondTheLimits() {
    assertPermanent(() -> publishAll("", 1, counter(count("/", 1))));
    String tooLong = "s".repeat(store().limits().keyBytes() + 1);
    assertPermanent(() -> publishAll(tooLong, 1, counter(count("/", 1))));
    assertPermanent(() -> ledger().retire(""));
    assertThat(ledger().sources()).isEmpty();
  }

  @Test
  void l20ShouldNarrowAllSeriesOfTheBaseWhenASourceHasFewerBounds() {
    double inf = Double.POSITIVE_INFINITY;
    publishAll("a", 1, histogramOf("/a", List.of(1.0, 2.0, inf), List.of(1L, 2L, 3L)));
    ledger().retire("a");
    publishAll("b", 1, histogramOf("/b", List.of(2.0, inf), List.of(10L, 20L)));
    ledger().retire("b");
    assertThat(ledger().read().get(0).series())
        .extracting(SeriesValues::counts)
        .containsExactly(List.of(3L, 3L), List.of(10L, 20L));
  }

  @Test
  void l21ShouldKeepTheOldestRegistrationWhenSourcesHaveOtherSeries() {
    publishAll("a", 1, registered(1, FamilyType.COUNTER, count("/a", 1)));
    ledger().retire("a");
    publishAll("b", 1, registered(9, FamilyType.COUNTER, count("/b", 1)));
    ledger().retire("b");
    publishAll("c", 1, registered(5, FamilyType.SUMMARY, count("/c", 1)));
    FamilyValues shown = registered(1, FamilyType.COUNTER, count("/a", 1), count("/b", 1));
    assertThat(ledger().read()).containsExactly(shown);
  }

  private static FamilyValues registered(long createdMs, FamilyType type, SeriesValues... series) {
    return new FamilyValues(
        "m",
        "m",
        "m",
        type,
        GaugeMode.ALL,
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        createdMs,
        List.of(series));
  }

  @Test
  void l23ShouldLeaveOutSourcesThatAreNotRetired() {
    publishAll("a", 1, counter(count("/", 1)));
    publishAll("b", 1, counter(count("/", 2)));
    publishAll("c", 1, counter(count("/", 4)));
    ledger().retire("a");
    assertThat(totals(Set.of("b"))).isEqualTo(Map.of("/", 6.0));
    assertThat(totals(Set.of("a", "b", "c", "unknown"))).isEqualTo(Map.of("/", 1.5));
    clock().turn(LEASE);
    assertThat(totals(Set.of("b"))).isEqualTo(Map.of("/", 6.0)); // nobody has retired it
    ledger().retireExpired();
    assertThat(totals(Set.of("b"))).isEqualTo(Map.of("/", 8.5));
  }

  @Test
  void l24ShouldTakeAllSeriesOfASourceOnlyWhereItIsThereWithTheVersionThatTheyFollow() {
    assertThat(publishAllBehind(2, 1, counter(count("/", 9)))).isEqualTo(Result.INCOMPLETE);
    assertThat(ledger().sources()).isEmpty();
    publishAll("a", 1, counter(count("/", 1), count("/x", 1)));
    assertThat(publishAllBehind(3, 2, counter(count("/", 9)))).isEqualTo(Result.INCOMPLETE);
    double inf = Double.POSITIVE_INFINITY;
    FamilyValues other = histogramOf("/h", List.of(1.0, inf), List.of(1L, 0L));
    assertThat(publishAllBehind(2, 1, counter(count("/", 5)), other)).isEqualTo(Result.ACCEPTED);
    assertThat(publishAllBehind(2, 1, counter(count("/", 7)))).isEqualTo(Result.STALE);
    assertThat(totals()).containsEntry("/", 5.5).containsKey("/h").doesNotContainKey("/x");
    other = histogramOf("/h", List.of(2.0, inf), List.of(1L, 0L)); // of another shape
    assertThat(publishAllBehind(4, 2, other)).isEqualTo(Result.ACCEPTED);
    assertThat(totals()).containsOnlyKeys("/h");

    ledger().retire("a");
    clock().turn(Duration.ofDays(1));
    publishAll("b", 1, counter(count("/b", 1)));
    ledger().retire("b"); // with which the first is forgotten
    assertThat(publishAllBehind(5, 4, counter(count("/", 9)))).isEqualTo(Result.INCOMPLETE);
    assertThat(totals()).containsOnlyKeys("/h", "/b");
  }

  private static FamilyValues histogramOf(String path, List<Double> bounds, List<Long> counts) {
    SeriesValues series = Families.series(Labels.of("path", path), counts, 1, 0);
    return Families.family("h", FamilyType.HISTOGRAM, GaugeMode.ALL, bounds, series);
  }
}
