package io.tallystick.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.records.AlertChange.Action;
import io.tallystick.store.Capability;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What records promise on every store, clause by clause; a test of a store says how to open it. */
public abstract class RecordsContract {
  private static final List<Severity> SEVERITIES = List.of(Severity.values());
  private static final List<AlertStatus> AFTER_ACTIVE =
      List.of(AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED, AlertStatus.SUPPRESSED);

  static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

  private final TurnedClock clock = TurnedClock.at(NOON);
  private final String unique = UUID.randomUUID().toString() + ":";
  private Store store;
  private RecordStore records;

  /** Opens an empty store that goes by this clock. */
  protected abstract Store open(InstantSource clock);

  /** The URL under which other processes open it; empty where there can be none. */
  protected Optional<String> url() {
    return Optional.empty();
  }

  /** What a JVM that opens the store is started with. */
  protected List<String> jvmOptions() {
    return List.of();
  }

  @BeforeEach
  final void openStore() {
    store = open(clock);
    records = RecordStore.of(store, RecordSettings.DEFAULT, clock);
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  /** Redis has records under their own keys, which others' tests may have used. */
  private String id(Object id) {
    return unique + id;
  }

  private MetricRecord metric(Object id, String name, String type, int second) {
    return MetricRecord.of(id(id), name, type, NOON.plusSeconds(second));
  }

  private Alert alert(Object id, String name, Severity severity, int second) {
    return Alert.active(id(id), name, severity, "probe", NOON.plusSeconds(second));
  }

  private List<String> ids(RecordPage<MetricRecord> page) {
    assertThat(page.unreadable()).isEmpty();
    return page.records().stream().map(m -> m.id().substring(unique.length())).toList();
  }

  @Test
  final void r1ShouldGiveEveryFieldBackAsItWasSaved() {
    Map<String, @Nullable Object> any = new HashMap<>();
    any.put("text", "é\ud83d\ude00\uffff\u0000\"\\\ud800");
    any.put("none", null);
    any.put("numbers", List.of(1L, -2.5, Long.MAX_VALUE, 1e300));
    any.put("deep", Map.of("yes", true, "list", List.of(List.of())));
    MetricRecord metric =
        new MetricRecord(
            id("m\u00e9\ud83d\ude00"),
            "cpu \ud83d\ude00",
            "gauge",
            List.of(
                new Sample(NOON.plusNanos(123_456_000), 0.1, Map.of("host", "a\uffff")),
                Sample.of(NOON.plusSeconds(1), Double.NaN),
                Sample.of(NOON.plusSeconds(2), Double.NEGATIVE_INFINITY),
                Sample.of(NOON.plusSeconds(3), Double.POSITIVE_INFINITY),
                Sample.of(NOON.plusSeconds(4), -0.0),
                Sample.of(NOON.plusSeconds(5), Double.MIN_VALUE)),
            any,
            NOON,
            NOON.plusSeconds(9),
            Map.of("of_tomorrow", List.of("x")));
    records.metrics().save(metric);
    assertThat(records.metrics().get(metric.id())).hasValue(metric);
    Alert alert =
        new Alert(
            id("a"),
            "disk",
            "full",
            Severity.CRITICAL,
            AlertStatus.SUPPRESSED,
            "probe",
            NOON,
            NOON.plusSeconds(1),
            Map.of("host", "a"),
            any,
            NOON,
            NOON,
            Map.of("x", 1L));
    records.alerts().save(alert);
    assertThat(records.alerts().get(alert.id())).hasValue(alert);
    AgentState agent =
        new AgentState(id("s"), id("agent"), "idle", any, NOON, NOON, NOON, Map.of("y", "z"));
    records.agents().save(agent);
    assertThat(records.agents().get(agent.agentId())).hasValue(agent);
    assertThat(records.agents().get(id("none"))).isEmpty();
  }

  @Test
  final void r2ShouldFindMetricsByNameTypeAndTimeAndTheirCombinations() {
    List<MetricRecord> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(metric(i, "name" + i % 3, i % 2 == 0 ? "gauge" : "counter", i));
    }
    records.metrics().saveAll(all);
    assertThat(ids(records.metrics().query(RecordQuery.all().limit(3))))
        .containsExactly("29", "28", "27");
    RecordQuery both = RecordQuery.all().where("name", "name1").where("type", "gauge");
    assertThat(ids(records.metrics().query(both))).containsExactly("28", "22", "16", "10", "4");
    assertThat(ids(records.metrics().query(both.oldestFirst().offset(1).limit(2))))
        .containsExactly("10", "16");
    assertThat(
            ids(records.metrics().query(both.from(NOON.plusSeconds(10)).to(NOON.plusSeconds(22)))))
        .containsExactly("22", "16", "10");
    assertThat(
            ids(
                records
                    .metrics()
                    .query(
                        RecordQuery.all()
                            .where("name", Operator.IN, List.of("name0", "name2", "none"))
                            .where("updated_at", Operator.LESS, NOON.plusSeconds(6)))))
        .containsExactly("5", "3", "2", "0");
    assertThat(records.metrics().count(RecordQuery.all())).isEqualTo(30);
    assertThat(records.metrics().count(both)).isEqualTo(5);
    assertThat(records.metrics().count(RecordQuery.all().where("type", "gauge"))).isEqualTo(15);
  }

  @Test
  final void r3ShouldFindAlertsByEachFilterAndSortThem() {
    for (int i = 0; i < 10; i++) {
      Severity severity = SEVERITIES.get(i % 5);
      records
          .alerts()
          .save(
              alert(i, "n" + i, severity, i)
                  .withDescription("disk " + i)
                  .withLabels(i == 3 ? Map.of() : Map.of("host", "h" + i % 2, "load", i)));
    }
    RecordQuery all = RecordQuery.all();
    assertThat(names(all.where("severity", "HIGH"))).containsExactly("n8", "n3");
    assertThat(names(all.where("severity", Operator.AT_LEAST, "high")))
        .containsExactly("n9", "n8", "n4", "n3");
    assertThat(names(all.where("severity", Operator.NOT_EQUAL, Severity.INFO).limit(2)))
        .containsExactly("n9", "n8");
    assertThat(names(all.where("labels.host", "h1"))).containsExactly("n9", "n7", "n5", "n1");
    assertThat(names(all.where("labels.load", Operator.GREATER, 7))).containsExactly("n9", "n8");
    assertThat(names(all.where("labels.load", Operator.AT_MOST, 1))).containsExactly("n1", "n0");
    assertThat(names(all.where("labels", Operator.NOT_IN, List.of()).limit(1)))
        .containsExactly("n9");
    assertThat(names(all.where("labels.host", Operator.EQUAL, "none"))).isEmpty();
    assertThat(names(all.where("description", Operator.CONTAINS, "k 4"))).containsExactly("n4");
    assertThat(names(all.where("name", Operator.NOT_IN, List.of("n9", "n8")).limit(1)))
        .containsExactly("n7");
    assertThat(names(all.where("status", "active").where("source", "probe").limit(1)))
        .containsExactly("n9");
    assertThat(names(all.sortedBy("severity", true).limit(3)))
        .containsExactlyInAnyOrder("n9", "n4", "n8");
    assertThat(names(all.sortedBy("name", false).offset(8))).containsExactly("n8", "n9");
    assertThat(names(all.sortedBy("labels.load", true))).startsWith("n9").endsWith("n3");
    assertThat(names(all.sortedBy("start_time", false).limit(1))).containsExactly("n0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> names(all.where("severity", "bad")))
        .withMessageContaining("critical");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> names(all.where("colour", "red")))
        .withMessageContaining("severity");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> names(all.where("name", Operator.IN, "n1")));
    assertThatIllegalArgumentException().isThrownBy(() -> names(all.after("nonsense")));
  }

  private List<String> names(RecordQuery query) {
    return records.alerts().query(query).records().stream().map(Alert::name).toList();
  }

  @Test
  final void r4ShouldGivePagesThatDoNotShiftWhenRecordsComeAndGo() {
    for (int i = 0; i < 10; i++) {
      records.metrics().save(metric(i, "n", "g", i / 3)); // some at one time
    }
    RecordQuery query = RecordQuery.all().where("name", "n").limit(4);
    RecordPage<MetricRecord> first = records.metrics().query(query);
    records.metrics().save(metric("new", "n", "g", 100));
    assertThat(records.metrics().delete(first.records().get(3).id())).isTrue();
    RecordPage<MetricRecord> second = records.metrics().query(query.after(first.next()));
    RecordPage<MetricRecord> third = records.metrics().query(query.after(second.next()));
    Set<String> seen = new HashSet<>(ids(first));
    seen.addAll(ids(second));
    seen.addAll(ids(third));
    assertThat(seen).hasSize(10);
    assertThat(ids(second)).hasSize(4);
    assertThat(third.next()).isNull();
  }

  @Test
  final void r5ShouldPassOverWhatCannotBeReadAndSayWhich() {
    for (int i = 0; i < 5; i++) {
      records.metrics().save(metric(i, "n", "g", i));
    }
    Documents documents = store.documents();
    overwrite(documents, "1", "no JSON");
    overwrite(documents, "2", "{\"id\":\"" + id(2) + "\",\"name\":\"n\",\"version\":2}");
    overwrite(documents, "3", "{\"id\":\"other\",\"name\":\"n\",\"created_at\":0}");
    RecordPage<MetricRecord> page = records.metrics().query(RecordQuery.all().where("name", "n"));
    assertThat(page.records()).extracting(MetricRecord::id).containsExactly(id(4), id(0));
    assertThat(page.unreadable())
        .extracting(RecordPage.Unreadable::key)
        .containsExactly("metric:" + id(3), "metric:" + id(2), "metric:" + id(1));
    assertThat(page.unreadable().get(1).reason()).contains("later version");
    assertThatThrownBy(() -> records.metrics().get(id(1)))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.CORRUPT));
    assertThatThrownBy(() -> records.metrics().get(id(2)))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.PERMANENT));
    documents.apply(List.of(DocumentChange.delete("metric:" + id(4))));
    assertThat(records.metrics().delete(id(1))).isTrue();
    assertThat(records.metrics().get(id(1))).isEmpty();
    assertThat(records.metrics().query(RecordQuery.all().where("name", "n")).records()).hasSize(1);
  }

  private void overwrite(Documents documents, String id, String json) {
    assertThat(
            documents.apply(
                List.of(
                    DocumentChange.put("metric:" + id(id), json.getBytes(UTF_8))
                        .in(
                            Set.of("metric", "metric:name=n"),
                            Times.place(NOON.plusSeconds(Integer.parseInt(id)))))))
        .isTrue();
  }

  @Test
  final void r6ShouldReadWhatPythonWrites() {
    String json =
        "{\"id\": \""
            + id("p")
            + "\", \"name\": \"\\u00e9\", \"type\": \"gauge\", \"values\": ["
            + "{\"timestamp\": \"2030-01-01T12:00:00.5\", \"value\": 1, \"tags\": {}},"
            + "{\"timestamp\": \"2030-01-01 13:00:00+01:00\", \"value\": NaN, \"tags\": null},"
            + "{\"timestamp\": 1893499200.25, \"value\": -Infinity}],"
            + " \"metadata\": null, \"created_at\": \"2030-01-01T12:00:00\", \"updated_at\": null}";
    String key = "metric:" + id("p");
    store.documents().apply(List.of(DocumentChange.put(key, json.getBytes(UTF_8))));
    MetricRecord metric = records.metrics().get(id("p")).orElseThrow();
    assertThat(metric.name()).isEqualTo("\u00e9");
    assertThat(metric.values())
        .containsExactly(
            Sample.of(NOON, Double.NaN),
            Sample.of(NOON.plusMillis(250), Double.NEGATIVE_INFINITY),
            Sample.of(NOON.plusMillis(500), 1));
    assertThat(metric.updatedAt()).isEqualTo(NOON);
    assertThat(records.metrics().append(id("p"), Sample.of(NOON.plusSeconds(1), 2))).isTrue();
    assertThat(records.metrics().query(RecordQuery.all().where("name", "\u00e9")).records())
        .hasSize(1); // it is found once it was written here
  }

  @Test
  final void r7ShouldKeepAllSamplesInOrderHoweverManyAreAppended() {
    MetricRecord metric = metric("m", "n", "g", 0);
    records.metrics().save(metric);
    List<Sample> expected = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      List<Sample> some = new ArrayList<>();
      for (int j = 0; j < 100; j++) {
        some.add(new Sample(NOON.plusMillis(i * 100 + j), i + j, Map.of("j", (long) (j % 3))));
      }
      expected.addAll(some);
      assertThat(records.metrics().append(metric.id(), some)).isTrue();
    }
    MetricRecord whole = records.metrics().get(metric.id()).orElseThrow();
    assertThat(whole.values()).containsExactlyElementsOf(expected);
    MetricRecord found =
        records.metrics().query(RecordQuery.all().where("name", "n")).records().get(0);
    assertThat(found.values().size()).isBetween(1, StoredMetric.MOST_IN_JSON);
    assertThat(found.values().get(found.values().size() - 1)).isEqualTo(expected.get(2_999));
    assertThat(found.updatedAt()).isEqualTo(NOON);
    assertThat(records.metrics().append(metric.id(), Sample.of(NOON.plusNanos(500_000), 9)))
        .isTrue();
    expected.add(1, Sample.of(NOON.plusNanos(500_000), 9)); // late
    records.metrics().save(whole.withMetadata(Map.of("a", "b")));
    whole = records.metrics().get(metric.id()).orElseThrow();
    assertThat(whole.values()).containsExactlyElementsOf(expected);
    assertThat(whole.metadata()).containsEntry("a", "b");
    assertThat(records.metrics().append(id("none"), Sample.of(NOON, 1))).isFalse();
    assertThat(records.metrics().delete(metric.id())).isTrue();
    assertThat(records.metrics().delete(metric.id())).isFalse();
    records.metrics().save(metric);
    assertThat(records.metrics().get(metric.id()).orElseThrow().values()).isEmpty();
    List<Sample> many = new ArrayList<>(expected);
    records.metrics().save(metric.withValues(many));
    assertThat(records.metrics().get(metric.id()).orElseThrow().values())
        .containsExactlyElementsOf(expected);
  }

  @Test
  final void r8ShouldAddSamplesOfASaveToThoseThatAreThereAndDoubleNone() {
    MetricRecord metric = metric("m", "n", "g", 0);
    Sample one = Sample.of(NOON, 1);
    Sample two = Sample.of(NOON.plusSeconds(1), 2);
    Sample three = Sample.of(NOON.plusSeconds(2), 3);
    records.metrics().save(metric.withValues(List.of(one, one, two)));
    records.metrics().save(metric.withValues(List.of(one, three)));
    assertThat(records.metrics().get(metric.id()).orElseThrow().values())
        .containsExactly(one, one, two, three);
    records
        .metrics()
        .saveAll(
            List.of(
                metric.withValues(List.of(two, two)), metric.withValues(List.of(two, two, two))));
    assertThat(records.metrics().get(metric.id()).orElseThrow().values())
        .containsExactly(one, one, two, two, two, three);
  }

  @Test
  final void r9ShouldDropSamplesThatAreOlderThanTheRetentionWhenOthersAreAppended() {
    MetricRecord metric = metric("m", "n", "g", 0).withMetadata(Map.of("retention_seconds", 600L));
    List<Sample> old = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      old.add(Sample.of(NOON.minusSeconds(3_000 - i), i));
    }
    records.metrics().save(metric.withValues(old));
    assertThat(records.metrics().get(metric.id()).orElseThrow().values()).hasSize(3_000);
    records.metrics().append(metric.id(), Sample.of(NOON, -1));
    HistoryQuery all =
        HistoryQuery.windows(
            "n", NOON.minusSeconds(9_999), NOON, Duration.ofDays(1), Aggregation.COUNT);
    assertThat(records.metrics().get(metric.id()).orElseThrow().values().size())
        .isBetween(601, 600 + StoredMetric.MOST_IN_PIECE + 1);
    clock.turn(Duration.ofMinutes(11));
    records.metrics().append(metric.id(), Sample.of(NOON.plusSeconds(660), -2));
    assertThat(records.metrics().get(metric.id()).orElseThrow().values())
        .containsExactly(Sample.of(NOON.plusSeconds(660), -2));
    assertThat(records.metrics().history(all)).isEmpty();
  }

  @Test
  final void r10ShouldMakeWindowsOfAHistory() {
    MetricRecord metric = metric("m", "n", "g", 0);
    records
        .metrics()
        .saveAll(
            List.of(
                metric.withValues(
                    List.of(
                        Sample.of(NOON, 1),
                        Sample.of(NOON, 2), // of one time
                        Sample.of(NOON.plusSeconds(9), 6),
                        Sample.of(NOON.plusSeconds(10), 4),
                        Sample.of(NOON.plusSeconds(40), Double.NaN),
                        Sample.of(NOON.plusSeconds(60), 8))), // the end
                metric("other", "n", "g", 0)
                    .withValues(List.of(Sample.of(NOON.plusSeconds(11), -4))),
                metric("another", "x", "g", 0).withValues(List.of(Sample.of(NOON, 99)))));
    assertThat(history(10, Aggregation.AVG))
        .containsExactly(
            point(0, 3, 3), point(10, 0, 2), point(40, Double.NaN, 1), point(60, 8, 1));
    assertThat(history(10, Aggregation.SUM).get(1).value()).isZero();
    assertThat(history(10, Aggregation.MIN).get(1).value()).isEqualTo(-4);
    assertThat(history(10, Aggregation.MAX).get(0).value()).isEqualTo(6);
    assertThat(history(10, Aggregation.COUNT).get(2).value()).isEqualTo(1);
    assertThat(history(3_600, Aggregation.SUM)).containsExactly(point(0, 17, 7));
    assertThat(records.metrics().history(HistoryQuery.samples("n", NOON, NOON.plusSeconds(9))))
        .containsExactly(point(0, 1, 1), point(0, 2, 1), point(9, 6, 1));
    assertThat(records.metrics().history(HistoryQuery.samples("n", NOON, NOON))).hasSize(2);
    assertThat(records.metrics().history(HistoryQuery.samples("n", Instant.MIN, Instant.MAX)))
        .hasSize(7);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HistoryQuery.samples("n", NOON, NOON.minusSeconds(1)));
  }

  private List<HistoryPoint> history(int step, Aggregation aggregation) {
    return records
        .metrics()
        .history(
            HistoryQuery.windows(
                "n", NOON, NOON.plusSeconds(60), Duration.ofSeconds(step), aggregation));
  }

  private static HistoryPoint point(int second, double value, long count) {
    return new HistoryPoint(NOON.plusSeconds(second), value, count);
  }

  @Test
  final void r11ShouldNoteWhoDidWhatWithAnAlertAndRefuseWhatCannotBe() {
    records.alerts().save(alert("a", "n", Severity.LOW, 0));
    clock.turn(Duration.ofMinutes(1));
    assertThat(records.alerts().acknowledge(id("a"), "ann").orElseThrow().status())
        .isEqualTo(AlertStatus.ACKNOWLEDGED);
    assertThatIllegalStateException()
        .isThrownBy(() -> records.alerts().acknowledge(id("a"), "bob"))
        .withMessageContaining("acknowledged");
    assertThat(records.alerts().suppress(id("a"), "bob")).isPresent();
    assertThat(records.alerts().resolve(id("a"), "cid")).isPresent();
    Alert resolved = records.alerts().get(id("a")).orElseThrow();
    assertThat(resolved.endTime()).isEqualTo(NOON.plusSeconds(60));
    assertThat(resolved.updatedAt()).isEqualTo(NOON.plusSeconds(60));
    assertThat(resolved.annotations())
        .containsEntry("acknowledged_by", "ann")
        .containsEntry("acknowledged_at", "2030-01-01T12:01:00+00:00")
        .containsEntry("suppressed_by", "bob")
        .containsEntry("resolved_by", "cid");
    for (AlertStatus next : AlertStatus.values()) {
      assertThat(AlertStatus.RESOLVED.mayBecome(next)).isFalse();
      assertThat(next.mayBecome(AlertStatus.ACTIVE)).isFalse();
    }
    assertThatIllegalStateException().isThrownBy(() -> records.alerts().resolve(id("a"), "x"));
    assertThat(records.alerts().resolve(id("none"), "x")).isEmpty();
    assertThat(names(RecordQuery.all().where("status", "active"))).isEmpty();
    assertThat(names(RecordQuery.all().where("status", "resolved"))).containsExactly("n");
  }

  @Test
  final void r12ShouldShowEachChangeOfAnAlertOnceAndInOrder() throws Exception {
    AlertFeed feed = records.alerts().feed(0);
    assertThat(feed.read(10)).isEmpty();
    Alert alert = alert("a", "n", Severity.LOW, 0);
    records.alerts().save(alert);
    records.alerts().save(alert); // no change
    assertThat(records.alerts().latestChange()).isEqualTo(1);
    List<AlertChange> shown = new ArrayList<>(feed.read(1));
    records.alerts().acknowledge(id("a"), "ann");
    records.alerts().resolve(id("a"), "bob");
    records.alerts().delete(id("a"));
    shown.addAll(feed.read(2));
    shown.addAll(records.alerts().feed(feed.position()).read(10));
    assertThat(shown)
        .extracting(AlertChange::what)
        .containsExactly(Action.SAVED, Action.ACKNOWLEDGED, Action.RESOLVED, Action.DELETED);
    assertThat(shown).extracting(AlertChange::number).containsExactly(1L, 2L, 3L, 4L);
    assertThat(shown.get(0).alert()).isEqualTo(alert);
    assertThat(shown.get(2).who()).isEqualTo("bob");
    assertThat(shown.get(3).alert()).isNull();
    List<AlertChange> told = Collections.synchronizedList(new ArrayList<>());
    try (AlertSubscription subscription =
        records.alerts().subscribe(2, Duration.ofMillis(5), told::add)) {
      Await.until("old changes", () -> told.size() == 2);
      records.alerts().save(alert("b", "n", Severity.LOW, 0));
      Await.until("a new change", () -> told.size() == 3);
      assertThat(subscription.missed()).isZero();
      Await.until("position", () -> subscription.position() == 5);
    }
    assertThat(told.get(2).alertId()).isEqualTo(id("b"));
  }

  @Test
  final void r13ShouldForgetRecordsByTheirKindsTimesAndCountWhatAFeedHasMissed() throws Exception {
    Duration soon = Duration.ofMillis(50); // Redis goes by its own clock
    RecordStore brief = RecordStore.of(store, new RecordSettings(soon, soon, soon, soon), clock);
    brief.metrics().save(metric("m", "n", "g", 0));
    brief.metrics().save(metric("kept", "n", "g", 0), Duration.ofHours(1));
    brief.alerts().save(alert("a", "n", Severity.LOW, 0));
    brief.agents().save(AgentState.of(id("agent"), "idle", NOON));
    long first = records.alerts().latestChange();
    clock.turn(Duration.ofSeconds(2));
    Await.until("end of a metric", () -> records.metrics().get(id("m")).isEmpty());
    Await.until("end of an alert", () -> records.alerts().get(id("a")).isEmpty());
    Await.until("end of an agent", () -> records.agents().get(id("agent")).isEmpty());
    assertThat(ids(records.metrics().query(RecordQuery.all()))).containsExactly("kept");
    assertThat(names(RecordQuery.all())).isEmpty();
    Await.until(
        "end in the index",
        () -> {
          clock.turn(Duration.ofSeconds(2));
          records.agents().save(AgentState.of(id("other"), "idle", NOON));
          return records.metrics().count(RecordQuery.all()) == 1;
        });
    Await.until(
        "end of changes",
        () -> {
          clock.turn(Duration.ofSeconds(2));
          records.agents().save(AgentState.of(id("other"), "idle", NOON));
          return records.alerts().latestChange() == 0;
        });
    brief.alerts().save(alert("b", "n", Severity.LOW, 0));
    clock.turn(Duration.ofSeconds(2));
    Await.until("end of an alert", () -> records.alerts().get(id("b")).isEmpty());
    records.alerts().save(alert("c", "n", Severity.LOW, 0));
    AlertFeed feed = records.alerts().feed(first);
    List<AlertChange> changes = new ArrayList<>();
    Await.until("changes", () -> changes.addAll(feed.read(10)) && !changes.isEmpty());
    assertThat(changes).extracting(AlertChange::alertId).containsExactly(id("c"));
    assertThat(feed.missed()).isEqualTo(1);
  }

  @Test
  final void r14ShouldFindWhatAMapHasAfterAnyChanges() {
    Random random = new Random(11);
    Map<String, Alert> model = new HashMap<>();
    for (int i = 0; i < 250; i++) {
      String id = id(random.nextInt(60));
      Alert present = model.get(id);
      int what = random.nextInt(6);
      if (what == 0) {
        assertThat(records.alerts().delete(id)).isEqualTo(model.remove(id) != null);
      } else if (what < 3 && present != null) {
        AlertStatus next = AFTER_ACTIVE.get(random.nextInt(3));
        try {
          Alert after = become(id, next);
          assertThat(present.status().mayBecome(next)).isTrue();
          model.put(id, after);
        } catch (IllegalStateException e) {
          assertThat(present.status().mayBecome(next)).isFalse();
        }
      } else {
        Severity severity = SEVERITIES.get(random.nextInt(5));
        Alert alert =
            Alert.active(
                id, "n" + random.nextInt(4), severity, "s", NOON.plusSeconds(random.nextInt(50)));
        records.alerts().save(alert);
        model.put(id, alert);
      }
    }
    for (String name : List.of("n0", "n1", "n2", "n3")) {
      for (AlertStatus status : AlertStatus.values()) {
        for (Severity least : List.of(Severity.INFO, Severity.HIGH)) {
          RecordQuery query =
              RecordQuery.all()
                  .where("name", name)
                  .where("status", status)
                  .where("severity", Operator.AT_LEAST, least)
                  .from(NOON.plusSeconds(10))
                  .limit(1_000);
          List<Alert> expected =
              model.values().stream()
                  .filter(a -> a.name().equals(name) && a.status() == status)
                  .filter(a -> a.severity().compareTo(least) >= 0)
                  .filter(a -> !a.startTime().isBefore(NOON.plusSeconds(10)))
                  .toList();
          List<Alert> found = records.alerts().query(query).records();
          assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
          assertThat(found).isSortedAccordingTo(Comparator.comparing(Alert::startTime).reversed());
          assertThat(records.alerts().count(query)).isEqualTo(expected.size());
        }
      }
    }
  }

  private Alert become(String id, AlertStatus next) {
    return switch (next) {
      case ACKNOWLEDGED -> records.alerts().acknowledge(id, "x").orElseThrow();
      case RESOLVED -> records.alerts().resolve(id, "x").orElseThrow();
      default -> records.alerts().suppress(id, "x").orElseThrow();
    };
  }

  private ChildJvm start(String... arguments) throws Exception {
    ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
    return start(said, arguments);
  }

  private ChildJvm start(ConcurrentLinkedQueue<String> said, String... arguments) throws Exception {
    List<Object> all = new ArrayList<>(List.of(url().orElseThrow(), unique));
    all.addAll(Arrays.asList(arguments));
    ChildJvm.Builder child = ChildJvm.of(RecordsChild.class).arguments(all.toArray());
    jvmOptions().forEach(child::option);
    return child.onLine(said::add).start();
  }

  /** Has the test go by the system's clock, as other processes do. */
  private void goWithProcesses() {
    Assumptions.assumeTrue(
        store.capabilities().contains(Capability.MULTI_PROCESS), "not declared: MULTI_PROCESS");
    store.close();
    store = Stores.open(url().orElseThrow());
    records = RecordStore.of(store);
  }

  @Test
  final void r15ShouldKeepAllSamplesThatFourProcessesAppendAtOnce() throws Exception {
    goWithProcesses();
    records.metrics().save(metric("m", "n", "g", 0));
    List<ChildJvm> children = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        children.add(start("append", Integer.toString(i)));
      }
      for (ChildJvm child : children) {
        child.await("ready");
      }
      for (ChildJvm child : children) {
        child.send("go");
      }
      for (ChildJvm child : children) {
        assertThat(child.waitFor()).as(child.errors()).isZero();
      }
    } finally {
      children.forEach(ChildJvm::close);
    }
    List<Sample> samples = records.metrics().get(id("m")).orElseThrow().values();
    Set<Double> values = new HashSet<>();
    samples.forEach(sample -> values.add(sample.value()));
    assertThat(values).hasSize(4 * RecordsChild.APPENDED);
    assertThat(samples).hasSameSizeAs(values);
  }

  @Test
  final void r16ShouldFindWhatWasAcknowledgedAndBreakNoQueryWhenAProcessIsKilled()
      throws Exception {
    goWithProcesses();
    Random random = new Random(3);
    int kills = Integer.getInteger("tallystick.test.recordKills", 2);
    Set<String> acknowledged = new HashSet<>();
    for (int i = 0; i < kills; i++) {
      ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
      int lines = 1 + random.nextInt(15);
      try (ChildJvm child = start(said, "save", Integer.toString(i))) {
        child.send("go");
        Await.until("saved alerts", () -> said.size() > lines || !child.isAlive());
        child.kill();
        assertThat(said).as(child.errors()).hasSizeGreaterThan(lines);
      }
      acknowledged.addAll(said);
    }
    acknowledged.remove("ready");
    RecordQuery every = RecordQuery.all().limit(100_000);
    Map<String, Alert> all = new HashMap<>();
    RecordPage<Alert> page = records.alerts().query(every);
    page.records().forEach(alert -> all.put(alert.id().substring(unique.length()), alert));
    assertThat(page.unreadable()).isEmpty();
    assertThat(all.keySet()).containsAll(acknowledged);
    Set<String> byStatus = new HashSet<>();
    for (AlertStatus status : AlertStatus.values()) {
      for (Alert alert : records.alerts().query(every.where("status", status)).records()) {
        assertThat(byStatus.add(alert.id().substring(unique.length()))).isTrue();
      }
    }
    assertThat(byStatus).isEqualTo(all.keySet());
    if (store.capabilities().contains(Capability.ATOMIC_DOCUMENTS)) {
      assertThat(records.alerts().count(RecordQuery.all())).isEqualTo(all.size());
      Map<String, AlertStatus> told = new HashMap<>();
      AlertFeed feed = records.alerts().feed(0);
      for (List<AlertChange> some = feed.read(999); !some.isEmpty(); some = feed.read(999)) {
        some.forEach(
            change ->
                told.put(change.alertId().substring(unique.length()), change.alert().status()));
      }
      Map<String, AlertStatus> present = new HashMap<>();
      all.forEach((id, alert) -> present.put(id, alert.status()));
      assertThat(told).isEqualTo(present);
    }
  }

  @Test
  final void r17ShouldSaveAllOthersWhenSomeMetricsCannotBeRead() {
    overwrite(store.documents(), "1", "no JSON");
    overwrite(store.documents(), "3", "{\"id\":\"" + id(3) + "\",\"name\":\"n\",\"version\":2}");
    List<MetricRecord> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(metric(i, "n", "g", i).withValues(List.of(Sample.of(NOON, i))));
    }
    all.add(metric(3, "again", "g", 9));
    assertThatThrownBy(() -> records.metrics().saveAll(all))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> {
              assertThat(e.category()).isEqualTo(StoreException.Category.CORRUPT);
              assertThat(e).hasMessageContaining("[metric:" + id(1) + ", metric:" + id(3) + "]");
            });
    for (int i : new int[] {0, 2, 4}) {
      assertThat(records.metrics().get(id(i))).hasValue(all.get(i));
    }
    assertThatThrownBy(() -> records.metrics().get(id(3))).hasMessageContaining("later version");
  }

  @Test
  final void r18ShouldGiveTheNewestSamplesOfATimeRange() {
    MetricRecord metric = metric("m", "n", "g", 0);
    records.metrics().save(metric);
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      all.add(Sample.of(NOON.plusMillis(i), i));
    }
    for (int i : new int[] {2, 0, 1}) { // of which some come late
      assertThat(records.metrics().append(id("m"), all.subList(1_000 * i, 1_000 * i + 1_000)))
          .isTrue();
    }
    assertThat(newest(Instant.MIN, Instant.MAX, 5_000)).isEqualTo(all);
    assertThat(newest(Instant.MIN, Instant.MAX, 1_500)).isEqualTo(all.subList(1_500, 3_000));
    assertThat(newest(NOON.plusMillis(500), NOON.plusMillis(1_400), 900))
        .isEqualTo(all.subList(501, 1_401));
    assertThat(newest(NOON.plusMillis(7), NOON.plusMillis(7), 3)).isEqualTo(all.subList(7, 8));
    assertThat(records.metrics().get(id("none"), NOON, NOON, 1)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> newest(NOON, NOON, 0));
    HistoryQuery query = HistoryQuery.samples("n", NOON, NOON.plusMillis(9));
    assertThat(records.metrics().history(query, 10)).hasSize(10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> records.metrics().history(query, 9))
        .withMessageContaining("most=9");
  }

  private List<Sample> newest(Instant from, Instant to, int most) {
    return records.metrics().get(id("m"), from, to, most).orElseThrow().values();
  }

  @Test
  final void r19ShouldSortAsIfAllHadBeenSortedHoweverFewAreAskedFor() {
    Random random = new Random(19);
    List<Alert> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Map<String, @Nullable Object> labels =
          i % 7 == 0 ? Map.of() : Map.of("load", (long) random.nextInt(9));
      all.add(
          alert(i, "n" + i, SEVERITIES.get(random.nextInt(5)), random.nextInt(50))
              .withLabels(labels));
    }
    records.alerts().saveAll(all);
    RecordQuery query = RecordQuery.all().limit(1_000);
    List<Alert> found = records.alerts().query(query).records();
    Comparator<@Nullable Long> numbers = Comparator.nullsLast(Comparator.reverseOrder());
    List<Alert> byLoad = new ArrayList<>(found);
    byLoad.sort(Comparator.comparing(alert -> (Long) alert.labels().get("load"), numbers));
    List<Alert> bySeverity = new ArrayList<>(found);
    bySeverity.sort(Comparator.comparing(Alert::severity));
    for (int offset : new int[] {0, 1, 60, 195, 300}) {
      for (int limit : new int[] {0, 1, 13, 1_000}) {
        RecordQuery page = query.offset(offset).limit(limit);
        assertThat(records.alerts().query(page.sortedBy("labels.load", true)).records())
            .isEqualTo(part(byLoad, offset, limit));
        assertThat(records.alerts().query(page.sortedBy("severity", false)).records())
            .isEqualTo(part(bySeverity, offset, limit));
      }
    }
    RecordQuery sorted = query.sortedBy("severity", true);
    assertThat(records.alerts().query(sorted.offset(9_000)).records()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> records.alerts().query(sorted.offset(9_001)))
        .withMessageContaining("offset=9001 limit=1000 most=10000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> records.alerts().query(sorted.limit(Integer.MAX_VALUE).offset(1)));
  }

  private static <T> List<T> part(List<T> all, int offset, int limit) {
    return all.stream().skip(offset).limit(limit).toList();
  }

  @Test
  final void r20ShouldShowEachChangeOnceAndAtOnceWhenTheStoreSaysThatThereIsOne() throws Exception {
    Assumptions.assumeTrue(
        store.capabilities().contains(Capability.WATCHED_DOCUMENTS),
        "not declared: WATCHED_DOCUMENTS");
    List<AlertChange> told = Collections.synchronizedList(new ArrayList<>());
    try (AlertSubscription subscription =
        records.alerts().subscribe(0, Duration.ofHours(1), told::add)) {
      for (int i = 0; i < 20; i++) {
        records.alerts().save(alert(i, "n", Severity.LOW, 0));
        int saved = i + 1;
        Await.until("change " + i, () -> told.size() == saved);
      }
      List<Thread> threads = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        int first = 100 * i;
        Thread thread = new Thread(() -> saveSome(first, 20), "saves");
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      Await.until("changes of all threads", () -> told.size() >= 80);
      assertThat(subscription.missed()).isZero();
    }
    assertThat(told).hasSize(80);
    assertThat(told).extracting(AlertChange::alertId).doesNotHaveDuplicates();
    assertThat(told).extracting(AlertChange::number).isSorted().doesNotHaveDuplicates();
  }

  private void saveSome(int first, int count) {
    for (int i = first; i < first + count; i++) {
      records.alerts().save(alert(i, "n", Severity.LOW, 0));
    }
  }

  @Test
  final void r21ShouldGiveEachSampleOnceByPagesHoweverManyAreOfOneTime() {
    List<Sample> all = new ArrayList<>();
    for (int second = 0; second < 4; second++) {
      for (int i = 0; i < (second == 1 ? 2_500 : 40); i++) {
        all.add(Sample.of(NOON.plusSeconds(second), all.size()));
      }
    }
    records.metrics().save(metric("m", "n", "g", 0).withValues(all));
    List<Sample> paged = new ArrayList<>();
    Instant to = Instant.MAX;
    long position = Long.MAX_VALUE;
    List<Long> positions = new ArrayList<>();
    for (boolean hasMore = true; hasMore; ) {
      SamplePage page = records.metrics().page(id("m"), NOON, to, position, 999).orElseThrow();
      List<Sample> values = page.metric().values();
      assertThat(values).hasSizeBetween(1, 999);
      paged.addAll(0, values);
      positions.add(page.position());
      to = page.position() > 0 ? at(values, 0) : at(values, 0).minusNanos(1_000);
      position = page.position() > 0 ? page.position() : Long.MAX_VALUE;
      hasMore = page.hasMore();
      if (page.position() > 0) { // stands behind the others of its time
        assertThat(records.metrics().append(id("m"), Sample.of(NOON.plusSeconds(1), -1))).isTrue();
      }
    }
    assertThat(positions).containsExactly(0L, 1_501L, 502L, 0L);
    assertThat(paged).containsExactlyInAnyOrderElementsOf(all); // of one page in any order
    assertThat(paged).isSortedAccordingTo(Comparator.comparing(Sample::timestamp));
    assertThat(records.metrics().page(id("m"), NOON, NOON, 3, 5).orElseThrow())
        .satisfies(page -> assertThat(page.metric().values()).isEqualTo(all.subList(0, 3)))
        .satisfies(page -> assertThat(page.hasMore()).isFalse());
    assertThat(records.metrics().page(id("m"), NOON, NOON, 3, 0).orElseThrow().hasMore()).isTrue();
    assertThat(records.metrics().page(id("none"), NOON, NOON, 3, 5)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> records.metrics().page(id("m"), NOON.plusSeconds(1), NOON, 3, 5));
  }

  private static Instant at(List<Sample> samples, int index) {
    return samples.get(index).timestamp();
  }
}
