package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Search;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.SeriesValues;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a queue and of the ledger once the host's loss of power has cost them rows. */
class RepairTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final RetryPolicy POLICY =
      new RetryPolicy(2, Duration.ofSeconds(10), Duration.ofSeconds(10));

  @TempDir private Path folder;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private ChronicleStore store;

  @BeforeEach
  void open() {
    store = ChronicleStore.open(folder.resolve("store"), clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Has rows lost, and the host started anew. */
  private void lose(MapKind kind, byte[]... keys) throws IOException {
    store.close();
    try (Session session =
        Session.open(folder.resolve("store"), MapSizes.DEFAULT, DirectoryLock.PATIENCE)) {
      session.run(
          () -> {
            for (byte[] key : keys) {
              assertThat(session.map(kind).get(key)).isNotNull();
              session.map(kind).remove(key);
            }
          });
    }
    ControlFile.map(folder.resolve("store").resolve("control")).setBoot(7);
    open();
  }

  // ---- documents ----

  private void putDocuments(int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(
              store
                  .documents()
                  .apply(
                      List.of(
                          DocumentChange.put("d" + i, "x".getBytes(UTF_8))
                              .in(Set.of("even", "all"), i)
                              .numberedIn("numbers")
                              .endingAfter(Duration.ofDays(1)))))
          .isTrue();
    }
  }

  private List<Long> places(String set) {
    Search search = new Search(Set.of(set), 0, 1_000, false, null, 1_000);
    return store.documents().find(search).found().stream().map(Found::place).toList();
  }

  @Test
  void shouldFindEveryDocumentAgainWhoseSetsHaveLostRows() throws IOException {
    putDocuments(0, 300);
    List<Long> all = places("all");
    assertThat(all).hasSize(300);
    lose(
        MapKind.KEYS,
        DocumentKeys.of(DocumentKeys.SET, "even"),
        DocumentKeys.page(0),
        DocumentKeys.page(1),
        DocumentKeys.page(2),
        DocumentKeys.of(DocumentKeys.NUMBER, "numbers"));
    assertThat(places("all")).isEqualTo(all);
    assertThat(places("even")).isEqualTo(all);
    putDocuments(300, 500);
    assertThat(places("all")).hasSize(500);
    assertThat(places("even")).hasSize(500);
    assertThat(places("numbers")).hasSize(500).doesNotHaveDuplicates().endsWith(500L);
    clock.turn(Duration.ofDays(2));
    putDocuments(500, 540);
    assertThat(store.stats().keys()).isEqualTo(40);
  }

  // ---- a queue ----

  private JobQueue queue() {
    return store.jobQueue("q", POLICY);
  }

  /** One job each that is dead, delayed, and running, and two that are queued: c and d. */
  private void fillQueue() {
    for (String key : List.of("dead", "delayed", "running", "c", "d")) {
      queue().offer(key, key.getBytes(UTF_8));
    }
    JobQueue once = store.jobQueue("q", new RetryPolicy(1, LEASE, LEASE));
    once.retry(once.take(LEASE).orElseThrow(), "why");
    queue().retry(queue().take(LEASE).orElseThrow(), "later");
    assertThat(queue().take(LEASE)).isPresent();
    assertThat(queue().sizes()).isEqualTo(new Sizes(2, 1, 1, 1));
  }

  private List<String> taken() {
    List<String> keys = new ArrayList<>();
    for (Optional<Job> job = queue().take(LEASE); job.isPresent(); job = queue().take(LEASE)) {
      assertThat(job.get().payload()).isEqualTo(job.get().key().getBytes(UTF_8));
      keys.add(job.get().key());
      assertThat(queue().acknowledge(job.get())).isTrue();
    }
    return keys;
  }

  private void assertWhole() {
    assertThat(queue().sizes()).isEqualTo(new Sizes(2, 1, 1, 1));
    assertThat(queue().deadLetters(9).get(0).error()).isEqualTo("why");
    clock.turn(Duration.ofSeconds(10));
    assertThat(taken()).containsExactly("c", "d", "delayed");
    clock.turn(LEASE);
    assertThat(taken()).containsExactly("running");
    store.jobQueue("other").offer("o", new byte[0]);
    assertThat(queue().sizes()).isEqualTo(new Sizes(0, 0, 0, 1));
    assertThat(queue().requeue(queue().deadLetters(1).get(0).id())).isTrue();
    assertThat(taken()).containsExactly("dead");
  }

  @Test
  void shouldLoseNoJobWhenOnlyTheHeadOfAQueueIsLost() throws IOException {
    fillQueue();
    lose(MapKind.JOBS, RowKey.of(QueueRows.HEAD, "q".getBytes(UTF_8)));
    assertWhole();
  }

  @Test
  void shouldLoseNoJobWhenPlacesAndEndsAreLost() throws IOException {
    fillQueue();
    lose(
        MapKind.JOBS,
        QueueRows.COUNTER_KEY,
        RowKey.of(QueueRows.PLACE, 1, 4),
        RowKey.of(QueueRows.HEAPS[QueueRows.DELAYED], 1, 0),
        RowKey.of(QueueRows.HEAPS[QueueRows.RUNNING], 1, 0));
    assertWhole();
  }

  @Test
  void shouldGoOnWithoutTheJobsThatAreLost() throws IOException {
    fillQueue();
    lose(
        MapKind.JOBS,
        RowKey.of(QueueRows.JOB, 1, "c".getBytes(UTF_8)),
        RowKey.of(QueueRows.JOB, 1, "running".getBytes(UTF_8)),
        RowKey.of(QueueRows.DEAD, 1, 1));
    assertThat(queue().sizes()).isEqualTo(new Sizes(1, 1, 0, 0));
    clock.turn(LEASE);
    assertThat(taken()).containsExactly("d", "delayed");
    assertThat(queue().offer("c", new byte[0])).isTrue();
  }

  @Test
  void shouldLeaveAQueueAsItIsWhenNothingOfItIsLost() throws IOException {
    fillQueue();
    Job job = queue().take(LEASE).orElseThrow();
    lose(MapKind.JOBS);
    assertThat(queue().acknowledge(job)).isTrue();
    assertThat(queue().sizes()).isEqualTo(new Sizes(1, 1, 1, 1));
  }

  // ---- the ledger ----

  private static FamilyValues counter(int from, int to, long count) {
    List<SeriesValues> series = new ArrayList<>();
    for (int i = from; i < to; i++) {
      Labels labels = Labels.of("path", "/" + i);
      series.add(new SeriesValues(labels, 1, 0, List.of(count), 0, 0, null, null, List.of()));
    }
    return new FamilyValues(
        "m",
        "m",
        "m",
        FamilyType.COUNTER,
        GaugeMode.ALL,
        "",
        null,
        List.of(),
        List.of(),
        List.of(),
        1,
        series);
  }

  private Ledger.Result publishAll(String source, long version, long count) {
    return store
        .ledger()
        .publish(Publication.ofAll(source, version, List.of(counter(0, 3, count)), LEASE));
  }

  private Ledger.Result publishChange(String source, long since) {
    return store
        .ledger()
        .publish(
            Publication.ofChanges(source, since + 9, since, List.of(counter(0, 1, 100)), LEASE));
  }

  /** The key of a series of a source. */
  private byte[] seriesOf(String source) {
    store.close();
    byte[][] key = new byte[1][];
    try (Session session =
        Session.open(folder.resolve("store"), MapSizes.DEFAULT, DirectoryLock.PATIENCE)) {
      session.run(
          () -> {
            LedgerRows rows = new LedgerRows(session.map(MapKind.LEDGER), new LabelIndexes());
            long number = rows.require(source).families.get(0).number;
            key[0] = RowKey.of(LedgerRows.SERIES, number, 1L);
          });
    }
    return key[0];
  }

  private double total() {
    return store.ledger().read().stream()
        .flatMap(family -> family.series().stream())
        .mapToDouble(SeriesValues::total)
        .sum();
  }

  @ParameterizedTest
  @ValueSource(bytes = {'H', 'O', 'S', 'V'})
  void shouldHaveASourcePublishAllAnewWhenARowOfItIsLost(byte letter) throws IOException {
    publishAll("a", 1, 1);
    publishAll("b", 1, 10);
    lose(
        MapKind.LEDGER,
        switch (letter) {
          case 'H' -> new byte[] {'H'};
          case 'O' -> RowKey.of(letter, 1L);
          case 'S' -> RowKey.of(letter, "b".getBytes(UTF_8));
          default -> seriesOf("b");
        });
    if (publishChange("b", 1) == Ledger.Result.INCOMPLETE) {
      assertThat(publishAll("b", 11, 100)).isEqualTo(Ledger.Result.ACCEPTED);
      assertThat(total()).isEqualTo(3 + 300);
    } else {
      assertThat(letter).isIn((byte) 'H', (byte) 'O'); // of whose values nothing is lost
      assertThat(total()).isEqualTo(3 + 100 + 20);
    }
    assertThat(store.ledger().sources()).hasSize(2);
    assertThat(store.ledger().retire("a")).isTrue();
    assertThat(store.ledger().retire("b")).isTrue();
    assertThat(store.ledger().sources()).isEmpty();
  }

  @Test
  void shouldBeWholeAgainWhenADirectoryThatHasOutlivedItIsPublished() throws IOException {
    countPublished();
    lose(MapKind.LEDGER, seriesOf(store.ledger().sources().get(0).name()));
    assertThat(total()).isEqualTo(2);

    countPublished();

    assertThat(total()).isEqualTo(6);
    assertThat(store.ledger().sources()).hasSize(1);
  }

  /** Counts three in a directory that is on a disk, and has them published. */
  private void countPublished() {
    try (Tallystick tallystick =
        Tallystick.builder().directory(folder.resolve("shared")).replicateTo(store).open()) {
      Counter requests = Counter.builder().name("m").labelNames("path").register(tallystick);
      for (int i = 0; i < 3; i++) {
        requests.labelValues("/" + i).inc();
      }
    }
  }

  @Test
  void shouldKeepWhatIsLeftOfTheBaseAndCountNoRetiredSourceAgain() throws IOException {
    publishAll("a", 1, 1);
    publishAll("b", 1, 10);
    store.ledger().retire("a");
    store.ledger().retire("b");
    lose(MapKind.LEDGER, RowKey.of(LedgerRows.RETIRED, 1L), seriesOfBase());
    assertThat(total()).isEqualTo(22);
    assertThat(publishAll("a", 2, 1)).isEqualTo(Ledger.Result.RETIRED);
    assertThat(publishAll("b", 2, 1)).isEqualTo(Ledger.Result.RETIRED);
    publishAll("c", 1, 1);
    store.ledger().retire("c");
    assertThat(total()).isEqualTo(25);
  }

  /** The first series of the base, when nobody else has any. */
  private byte[] seriesOfBase() {
    store.close();
    List<byte[]> found = new ArrayList<>();
    try (Session session =
        Session.open(folder.resolve("store"), MapSizes.DEFAULT, DirectoryLock.PATIENCE)) {
      session.run(
          () ->
              session
                  .map(MapKind.LEDGER)
                  .forEach(
                      (key, value) -> {
                        if (key[0] == LedgerRows.SERIES && key[key.length - 1] == 0) {
                          found.add(key);
                        }
                      }));
    }
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
