package io.tallystick.store.contract;

import static io.tallystick.store.DocumentChange.delete;
import static io.tallystick.store.DocumentChange.put;
import static io.tallystick.store.contract.Refusal.assertPermanent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.store.Capability;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Page;
import io.tallystick.store.Documents.Search;
import io.tallystick.store.Documents.Watch;
import io.tallystick.store.MemberOrder;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.Store;
import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clauses of documents and their sets. */
abstract class DocumentsContract {
  /** Redis has documents under their own keys, which others' tests may have used. */
  private final String unique = UUID.randomUUID() + ":";

  abstract Store store();

  /** Another store, empty; what the store holds is lost. */
  abstract Store another();

  abstract TurnedClock clock();

  @BeforeEach
  void assumeDocuments() {
    assumeTrue(store().capabilities().contains(Capability.DOCUMENTS), "not declared: DOCUMENTS");
  }

  private Documents documents() {
    return store().documents();
  }

  /** Keys of one slot of a Cluster. */
  private String key(String name) {
    return "{" + unique + "}" + name;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private @Nullable String text(String name) {
    return documents()
        .getAll(List.of(key(name)))
        .get(0)
        .map(b -> new String(b, UTF_8))
        .orElse(null);
  }

  private void apply(DocumentChange... changes) {
    assertThat(documents().apply(List.of(changes))).isTrue();
  }

  private List<String> find(String... sets) {
    return all(Set.of(sets), Long.MIN_VALUE, Long.MAX_VALUE, false, 2).stream()
        .map(found -> found.key().substring(key("").length()))
        .toList();
  }

  private List<Found> all(Set<String> sets, long from, long to, boolean descending, int limit) {
    List<Found> all = new ArrayList<>();
    Found after = null;
    do {
      Page page = documents().find(new Search(sets, from, to, descending, after, limit));
      assertThat(page.found()).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page.found());
      after = page.next();
    } while (after != null);
    return all;
  }

  @Test
  void d1ShouldGiveACopyOfWhatWasPutInTheOrderThatIsAskedFor() {
    byte[] value = {1, 0, -1};
    apply(put(key("a"), value), put(key("b"), bytes("2")));
    value[0] = 9;
    documents().getAll(List.of(key("a"))).get(0).orElseThrow()[0] = 9;
    var values = documents().getAll(List.of(key("b"), key("none"), key("a"), key("b")));
    assertThat(values.get(0)).hasValue(bytes("2"));
    assertThat(values.get(1)).isEmpty();
    assertThat(values.get(2)).hasValue(new byte[] {1, 0, -1});
    assertThat(values.get(3)).hasValue(bytes("2"));
    assertThat(documents().getAll(List.of())).isEmpty();
  }

  @Test
  void d2ShouldFindADocumentByTheSetsThatItIsInNowAndNoOthers() {
    apply(put(key("a"), bytes("1")).in(Set.of("x", "y"), 1));
    assertThat(find("x")).containsExactly("a");
    apply(put(key("a"), bytes("2")).in(Set.of("y", "z"), 2));
    assertThat(find("x")).isEmpty();
    assertThat(all(Set.of("y"), 0, 9, false, 2)).containsExactly(new Found(key("a"), 2));
    assertThat(find("z")).containsExactly("a");
    apply(put(key("a"), bytes("3")));
    assertThat(find("y")).isEmpty();
    assertThat(text("a")).isEqualTo("3");
    apply(put(key("a"), bytes("4")).in(Set.of("x"), 1));
    apply(delete(key("a")), delete(key("none")));
    assertThat(find("x")).isEmpty();
    assertThat(text("a")).isNull();
    assertThat(documents().count("x", Long.MIN_VALUE, Long.MAX_VALUE)).isZero();
  }

  @Test
  void d3ShouldOrderByPlaceAndThenByTheBytesOfTheKey() {
    long most = Documents.MOST_PLACE;
    List<Found> members = new ArrayList<>();
    for (String name : List.of("b", "a", "\uffff", "\ud83d\ude00", "\u00e9", "aa", "a:")) {
      for (long place : new long[] {0, -most, most, 7}) {
        members.add(new Found(key(name + place), place));
        members.add(new Found(key(name), 5));
      }
    }
    members.forEach(m -> apply(put(m.key(), bytes("")).in(Set.of("s"), m.place())));
    List<Found> sorted = members.stream().distinct().sorted(MemberOrder.ASCENDING).toList();
    assertThat(all(Set.of("s"), Long.MIN_VALUE, Long.MAX_VALUE, false, 3))
        .containsExactlyElementsOf(sorted);
    List<Found> reversed = sorted.stream().sorted(MemberOrder.ASCENDING.reversed()).toList();
    assertThat(all(Set.of("s"), Long.MIN_VALUE, Long.MAX_VALUE, true, 3))
        .containsExactlyElementsOf(reversed);
    assertThat(all(Set.of("s"), 0, 5, true, 3))
        .containsExactlyElementsOf(
            reversed.stream().filter(m -> m.place() >= 0 && m.place() <= 5).toList());
    assertThat(documents().count("s", 0, 5)).isEqualTo(14);
  }

  @Test
  void d4ShouldFindWhatIsInAllSetsOfASearch() {
    for (int i = 0; i < 60; i++) {
      Set<String> sets = new HashSet<>();
      if (i % 2 == 0) {
        sets.add("two");
      }
      if (i % 3 == 0) {
        sets.add("three");
      }
      sets.add("all");
      apply(put(key("n" + i), bytes("")).in(sets, i));
    }
    assertThat(all(Set.of("two", "three", "all"), 6, 30, true, 2))
        .extracting(Found::place)
        .containsExactly(30L, 24L, 18L, 12L, 6L);
    assertThat(find("two", "none")).isEmpty();
  }

  @Test
  void d5ShouldMakeABatchOnlyWhenAllItsConditionsHold() {
    apply(put(key("a"), bytes("1")).in(Set.of("x"), 1));
    assertThat(documents().apply(List.of(put(key("a"), bytes("2")).ifAbsent()))).isFalse();
    assertThat(
            documents()
                .apply(
                    List.of(
                        put(key("b"), bytes("2")).in(Set.of("x"), 2).ifAbsent(),
                        put(key("a"), bytes("2")).ifEqual(bytes("0")))))
        .isFalse();
    assertThat(text("a")).isEqualTo("1");
    assertThat(text("b")).isNull();
    assertThat(documents().apply(List.of(delete(key("b")).ifEqual(bytes(""))))).isFalse();
    assertThat(
            documents()
                .applyEach(
                    List.of(
                        List.of(put(key("b"), bytes("1")).ifAbsent()),
                        List.of(put(key("b"), bytes("2")).ifAbsent()),
                        List.of(put(key("b"), bytes("3")).ifEqual(bytes("1"))),
                        List.of(delete(key("a")).ifEqual(bytes("1"))))))
        .containsExactly(true, false, true, true);
    assertThat(text("b")).isEqualTo("3");
    assertThat(text("a")).isNull();
    assertThat(find("x")).isEmpty();
  }

  @Test
  void d6ShouldForgetADocumentOnceItsTimeToLiveIsOver() throws Exception {
    apply(
        put(key("a"), bytes("1")).in(Set.of("x"), 1).endingAfter(Duration.ofMillis(50)),
        put(key("b"), bytes("1")).in(Set.of("x"), 2).endingAfter(Duration.ofMillis(50)),
        put(key("c"), bytes("1")).in(Set.of("x"), 3).endingAfter(Duration.ofHours(1)));
    assertThat(text("a")).isEqualTo("1");
    apply(put(key("b"), bytes("2")).in(Set.of("x"), 2)); // which has none
    clock().turn(Duration.ofSeconds(2));
    Await.until("end of a document", () -> text("a") == null); // Redis goes by its own clock
    assertThat(text("b")).isEqualTo("2");
    assertThat(text("c")).isEqualTo("1");
    Await.until(
        "end in its set",
        () -> {
          clock().turn(Duration.ofSeconds(2)); // a write each second looks for what has ended
          apply(put(key("d"), bytes("1")));
          return !find("x").contains("a");
        });
    assertThat(find("x")).containsExactly("b", "c");
    assertThat(documents().apply(List.of(put(key("a"), bytes("3")).ifAbsent()))).isTrue();
  }

  @Test
  void d7ShouldNumberDocumentsOfASetInTheOrderOfTheirBatches() throws Exception {
    Threads.run(
        3,
        () -> {
          for (int i = 0; i < 20; i++) {
            apply(put(key(UUID.randomUUID().toString()), bytes("")).numberedIn("n"));
          }
        });
    List<Found> numbered = all(Set.of("n"), 0, 100, false, 7);
    assertThat(numbered).extracting(Found::place).containsExactlyElementsOf(numbers(60));
    apply(delete(numbered.get(59).key()));
    apply(put(key("next"), bytes("")).numberedIn("n").in(Set.of("other"), -3));
    assertThat(all(Set.of("n"), 60, 100, false, 7)).containsExactly(new Found(key("next"), 61));
    assertThat(all(Set.of("other"), -9, 9, false, 7)).containsExactly(new Found(key("next"), -3));
  }

  private static List<Long> numbers(int count) {
    List<Long> numbers = new ArrayList<>();
    for (long i = 1; i <= count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  @Test
  void d8ShouldRefuseWhatIsBeyondTheLimits() {
    assertPermanent(() -> documents().apply(List.of(put("", bytes("1")))));
    assertPermanent(() -> documents().apply(List.of(put(key("\ud800"), bytes("1")))));
    String longest = "s".repeat(store().limits().keyBytes());
    apply(put(key("a"), bytes("1")).in(Set.of(longest), 1));
    assertThat(find(longest)).containsExactly("a");
    assertPermanent(
        () -> documents().apply(List.of(put(key("b"), bytes("1")).in(Set.of(longest + "s"), 1))));
    byte[] large = new byte[store().limits().valueBytes() + 1];
    assertPermanent(
        () -> documents().apply(List.of(put(key("b"), bytes("1")), put(key("c"), large))));
    assertPermanent(() -> documents().apply(List.of(put(key("b"), bytes("1")), delete(key("b")))));
    assertThat(text("b")).isNull();
  }

  @Test
  void d9ShouldLoseNoUpdateWhenThreadsChangeDocumentsTogether() throws Exception {
    assumeTrue(
        store().capabilities().contains(Capability.ATOMIC_DOCUMENTS),
        "not declared: ATOMIC_DOCUMENTS");
    apply(put(key("a"), bytes("0")).in(Set.of("0"), 0), put(key("b"), bytes("0")));
    Threads.run(
        3,
        () -> {
          for (int i = 0; i < 20; i++) {
            addToBoth();
          }
        });
    assertThat(text("a")).isEqualTo("60");
    assertThat(text("b")).isEqualTo("60");
    assertThat(find("60")).containsExactly("a");
    assertThat(find("59")).isEmpty();
  }

  private void addToBoth() {
    while (true) {
      var values = documents().getAll(List.of(key("a"), key("b")));
      byte[] present = values.get(0).orElseThrow();
      assertThat(values.get(1)).hasValue(present); // both are of one moment
      String next = Integer.toString(Integer.parseInt(new String(present, UTF_8)) + 1);
      boolean done =
          documents()
              .apply(
                  List.of(
                      put(key("a"), bytes(next)).in(Set.of(next), 0).ifEqual(present),
                      put(key("b"), bytes(next)).ifEqual(present)));
      if (done) {
        return;
      }
    }
  }

  @Test
  void d10ShouldHaveWhatAMapHasAfterAnyChanges() {
    Random random = new Random(7);
    Map<String, Map<String, Long>> model = new HashMap<>();
    for (int i = 0; i < 600; i++) {
      String name = "k" + random.nextInt(150);
      if (random.nextInt(4) == 0) {
        apply(delete(key(name)));
        model.remove(name);
      } else {
        Map<String, Long> places = new TreeMap<>();
        DocumentChange change = put(key(name), bytes(Integer.toString(i)));
        for (int set = random.nextInt(4); set > 0; set--) {
          String inSet = "s" + random.nextInt(3);
          long place = random.nextInt(10);
          places.put(inSet, place);
          change = change.in(Set.of(inSet), place);
        }
        apply(change);
        model.put(name, places);
      }
    }
    for (int set = 0; set < 3; set++) {
      String inSet = "s" + set;
      List<Found> expected = new ArrayList<>();
      model.forEach(
          (name, places) -> {
            if (places.containsKey(inSet)) {
              expected.add(new Found(key(name), places.get(inSet)));
            }
          });
      assertThat(all(Set.of(inSet), Long.MIN_VALUE, Long.MAX_VALUE, false, 11))
          .containsExactlyElementsOf(expected.stream().sorted(MemberOrder.ASCENDING).toList());
    }
  }

  @Test
  void d11ShouldHaveDocumentsTheirSetsAndNumbersWhenRestored(@TempDir Path folder) {
    apply(put(key("a"), bytes("1")).in(Set.of("x", "é"), -4).numberedIn("n"));
    apply(put(key("b"), bytes("2")).in(Set.of("x"), 3).endingAfter(Duration.ofHours(1)));
    store().keyValues().put("k", bytes("1"));
    long keys = store().stats().keys();
    Path file = folder.resolve("backup");
    store().backup(file);
    apply(delete(key("a")), delete(key("b"))); // Redis has them without a prefix
    Store other = another();
    other.restore(file, RestoreMode.INTO_EMPTY);
    assertThat(text("a")).isEqualTo("1");
    assertThat(text("b")).isEqualTo("2");
    assertThat(all(Set.of("x"), -9, 9, false, 5))
        .containsExactly(new Found(key("a"), -4), new Found(key("b"), 3));
    assertThat(find("é")).containsExactly("a");
    apply(put(key("c"), bytes("")).numberedIn("n"));
    assertThat(all(Set.of("n"), 0, 9, false, 5))
        .containsExactly(new Found(key("a"), 1), new Found(key("c"), 2));
    assertThat(keys).isEqualTo(3);
    assertPermanent(() -> other.restore(file, RestoreMode.INTO_EMPTY));
    apply(put(key("a"), bytes("9")));
    other.restore(file, RestoreMode.MERGE);
    assertThat(text("a")).isEqualTo("9");
  }

  @Test
  void d12ShouldRefuseEveryCallWhenClosed() {
    Documents documents = documents();
    store().close();
    assertPermanent(() -> documents.getAll(List.of(key("a"))));
    assertPermanent(() -> documents.apply(List.of(put(key("a"), bytes("1")))));
    assertPermanent(() -> documents.count("x", 0, 1));
    assertPermanent(() -> documents.find(new Search(Set.of("x"), 0, 1, false, null, 1)));
    assertPermanent(() -> store().documents());
  }

  @Test
  void d13ShouldGoOnBehindAPageWhoseLastDocumentHasGone() {
    Random random = new Random(13);
    List<Found> members = new ArrayList<>();
    List<List<DocumentChange>> batches = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Found member = new Found(key("m" + i), random.nextInt(40));
      members.add(member);
      batches.add(List.of(put(member.key(), bytes("")).in(Set.of("s"), member.place())));
    }
    assertThat(documents().applyEach(batches)).doesNotContain(false);
    for (boolean descending : new boolean[] {false, true}) {
      members.sort(MemberOrder.of(descending));
      Page first = documents().find(new Search(Set.of("s"), 0, 39, descending, null, 205));
      assertThat(first.found()).containsExactlyElementsOf(members.subList(0, 205));
      apply(delete(members.get(204).key()));
      members.remove(204);
      Page second = documents().find(new Search(Set.of("s"), 0, 39, descending, first.next(), 500));
      assertThat(second.found()).containsExactlyElementsOf(members.subList(204, members.size()));
    }
    assertThat(documents().count("s", 0, 39)).isEqualTo(398);
  }

  @Test
  void d14ShouldBeInTheSetsOfTheLastBatchWhenOneCallChangesADocumentSeveralTimes() {
    assertThat(
            documents()
                .applyEach(
                    List.of(
                        List.of(put(key("a"), bytes("1")).in(Set.of("x", "y"), 1)),
                        List.of(put(key("a"), bytes("2")).in(Set.of("y", "z"), 2)),
                        List.of(put(key("b"), bytes("1")).in(Set.of("x"), 1)),
                        List.of(delete(key("b"))),
                        List.of(put(key("a"), bytes("3")).in(Set.of("x", "y"), 1)),
                        List.of(delete(key("c"))),
                        List.of(put(key("c"), bytes("1")).in(Set.of("z"), 1)))))
        .doesNotContain(false);
    assertThat(all(Set.of("x"), 0, 9, false, 5)).containsExactly(new Found(key("a"), 1));
    assertThat(all(Set.of("y"), 0, 9, false, 5)).containsExactly(new Found(key("a"), 1));
    assertThat(all(Set.of("z"), 0, 9, false, 5)).containsExactly(new Found(key("c"), 1));
  }

  @Test
  void d15ShouldGiveNoNumberToWhatIsRefused() {
    apply(put(key("a"), bytes("1")));
    assertThat(
            documents()
                .applyEach(
                    List.of(
                        List.of(put(key("n1"), bytes("")).numberedIn("n")),
                        List.of(
                            put(key("a"), bytes("2")).numberedIn("n").ifAbsent(),
                            put(key("n2"), bytes("")).numberedIn("n")),
                        List.of(put(key("a"), bytes("2")).numberedIn("n").ifEqual(bytes("0"))),
                        List.of(put(key("n3"), bytes("")).numberedIn("n").ifAbsent()))))
        .containsExactly(true, false, false, true);
    assertThat(all(Set.of("n"), 0, 9, false, 5))
        .containsExactly(new Found(key("n1"), 1), new Found(key("n3"), 2));
  }

  @Test
  void d16ShouldBeEmptyForARestoreOnceAllDocumentsHaveEnded(@TempDir Path folder) throws Exception {
    apply(put(key("kept"), bytes("1")).in(Set.of("x"), 1));
    Path file = folder.resolve("backup");
    store().backup(file);
    apply(delete(key("kept"))); // Redis has it without a prefix
    Store other = another();
    apply(put(key("other"), bytes("1")));
    assertPermanent(() -> other.restore(file, RestoreMode.INTO_EMPTY));
    apply(delete(key("other")));
    apply(put(key("ended"), bytes("1")).in(Set.of("x"), 2).endingAfter(Duration.ofMillis(50)));
    clock().turn(Duration.ofSeconds(2));
    Await.until("end of a document", () -> text("ended") == null); // Redis goes by its own clock
    other.restore(file, RestoreMode.INTO_EMPTY);
    assertThat(text("kept")).isEqualTo("1");
  }

  @Test
  void d17ShouldNumberDocumentsInTheOrderOfTheirChanges() {
    apply(put(key("old"), bytes("1")));
    assertThat(
            documents()
                .applyEach(
                    List.of(
                        List.of(
                            put(key("a"), bytes("")).numberedIn("n"),
                            put(key("b"), bytes("")).numberedIn("n").ifAbsent(),
                            put(key("c"), bytes("")).numberedIn("n")),
                        List.of(
                            put(key("d"), bytes("")).numberedIn("n"),
                            put(key("old"), bytes("2")).numberedIn("n").ifEqual(bytes("1"))),
                        List.of(
                            put(key("e"), bytes("")).numberedIn("n").ifAbsent(),
                            put(key("f"), bytes("")).numberedIn("n")))))
        .doesNotContain(false);
    List<Found> expected = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d", "old", "e", "f")) {
      expected.add(new Found(key(name), expected.size() + 1));
    }
    assertThat(all(Set.of("n"), 0, 9, false, 3)).isEqualTo(expected);
  }

  /** Runs something in a thread of its own. */
  private static <T> FutureTask<T> started(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "waits");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  @Test
  void d18ShouldWakeWhoWaitsForANumberOfASet() throws Exception {
    assumeTrue(
        store().capabilities().contains(Capability.WATCHED_DOCUMENTS),
        "not declared: WATCHED_DOCUMENTS");
    Duration brief = Duration.ofMillis(10);
    Duration longest = Duration.ofHours(1);
    try (Watch watch = documents().watch("n");
        Watch another = documents().watch("n")) {
      assertThat(watch.await(0, brief)).isZero();
      apply(put(key("a"), bytes("")).numberedIn("n"));
      assertThat(watch.await(0, longest)).isEqualTo(1); // it need not have waited meanwhile
      apply(put(key("b"), bytes("")).numberedIn("other"), put(key("c"), bytes("")));
      apply(put(key("d"), bytes("")).in(Set.of("n"), 9));
      assertThat(documents().apply(List.of(put(key("a"), bytes("")).numberedIn("n").ifAbsent())))
          .isFalse();
      assertThat(watch.await(1, brief)).isEqualTo(1);
      FutureTask<Long> waiting = started(() -> watch.await(1, longest));
      FutureTask<Long> waitingToo = started(() -> another.await(2, longest));
      apply(put(key("e"), bytes("")).numberedIn("n"));
      assertThat(waiting.get(1, TimeUnit.MINUTES)).isEqualTo(2);
      apply(put(key("e"), bytes("")).numberedIn("n")); // which has another number then
      assertThat(waitingToo.get(1, TimeUnit.MINUTES)).isEqualTo(3);
      apply(delete(key("e")));
      assertThat(watch.await(2, longest)).isEqualTo(3);
    }
  }

  @Test
  void d19ShouldEndAWaitWhenItsTimeIsOverOrItIsClosedOrInterrupted() throws Exception {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
    Watch watch = documents().watch("n");
    assertThat(watch.await(5, Duration.ofMillis(1))).isEqualTo(5);
    Thread.currentThread().interrupt();
    assertThat(watch.await(5, longest)).isEqualTo(5);
    assertThat(Thread.interrupted()).isTrue();
    FutureTask<Long> waiting = started(() -> watch.await(5, longest));
    watch.close();
    assertThat(waiting.get(1, TimeUnit.MINUTES)).isEqualTo(5);
    watch.close();
    assertThat(watch.await(5, longest)).isEqualTo(5);
  }

  @Test
  void d20ShouldEndAWaitWhenTheStoreIsClosed() throws Exception {
    assumeTrue(
        store().capabilities().contains(Capability.WATCHED_DOCUMENTS),
        "not declared: WATCHED_DOCUMENTS");
    Documents documents = documents();
    try (Watch watch = documents.watch("n")) {
      FutureTask<Long> waiting = started(() -> watch.await(0, Duration.ofHours(1)));
      store().close();
      assertThat(waiting.get(1, TimeUnit.MINUTES)).isZero();
      assertThat(watch.await(0, Duration.ofHours(1))).isZero();
      assertPermanent(() -> documents.watch("n"));
    }
  }
}
