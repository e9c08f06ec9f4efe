package io.tallystick.records;

import static io.tallystick.records.AlertStatus.ACKNOWLEDGED;
import static io.tallystick.records.AlertStatus.RESOLVED;
import static io.tallystick.records.AlertStatus.SUPPRESSED;

import io.tallystick.records.AlertChange.Action;
import io.tallystick.store.Capability;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Search;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Alerts. What is saved takes the place of what is there; each change is written into the feed with
 * the alert itself.
 */
public final class AlertRecords extends Records<Alert> {
  /** The set of all changes that are kept, by their numbers. */
  static final String CHANGES = "alert:changes";

  private final InstantSource clock;
  private final Duration changeTimeToLive;
  private final boolean isAtomic;

  AlertRecords(
      Documents documents, RecordSettings settings, boolean isAtomic, InstantSource clock) {
    super(AlertKind.ALERTS, documents, settings.alertTimeToLive());
    this.clock = clock;
    this.changeTimeToLive = settings.changeTimeToLive();
    this.isAtomic = isAtomic;
  }

  @Override
  public void saveAll(Collection<Alert> records, Duration time) {
    Map<String, Alert> open = new LinkedHashMap<>(); // of one id the last
    records.forEach(record -> open.put(record.id(), record));
    while (!open.isEmpty()) {
      List<Alert> some = open.values().stream().limit(BATCH).toList();
      save(some, time).forEach(open::remove);
    }
  }

  /** Saves some alerts; the ids of those that nobody else changed meanwhile. */
  private List<String> save(List<Alert> alerts, Duration time) {
    List<Optional<byte[]>> present =
        documents.getAll(alerts.stream().map(alert -> kind.key(alert.id())).toList());
    List<List<DocumentChange>> batches = new ArrayList<>();
    Instant now = clock.instant();
    for (int i = 0; i < alerts.size(); i++) {
      Alert alert = alerts.get(i);
      DocumentChange put = put(alert, time);
      byte[] before = present.get(i).orElse(null);
      List<DocumentChange> batch = new ArrayList<>();
      batch.add(before == null ? put.ifAbsent() : put.ifEqual(before));
      if (!Arrays.equals(before, put.value())) {
        batch.add(change(alert.id(), Action.SAVED, "", now, put.value()));
      }
      batches.add(batch);
    }
    List<Boolean> made = documents.applyEach(batches);
    List<String> saved = new ArrayList<>();
    for (int i = 0; i < alerts.size(); i++) {
      if (made.get(i)) {
        saved.add(alerts.get(i).id());
      }
    }
    return saved;
  }

  private DocumentChange change(
      String id, Action what, String who, Instant at, byte @Nullable [] alert) {
    long number = ThreadLocalRandom.current().nextLong(); // of those of one alert
    String key = RelatedKey.of(kind.key(id), "change:" + HexFormat.of().toHexDigits(number));
    return DocumentChange.put(key, ChangeJson.write(id, what, who, at, alert))
        .numberedIn(CHANGES)
        .endingAfter(changeTimeToLive);
  }

  @Override
  public Optional<Alert> get(String id) {
    return json(id).map(json -> kind.read(kind.key(id), json));
  }

  @Override
  public boolean delete(String id) {
    while (true) {
      Optional<byte[]> present = json(id);
      if (present.isEmpty()) {
        return false;
      }
      DocumentChange delete = DocumentChange.delete(kind.key(id)).ifEqual(present.get());
      if (documents.apply(List.of(delete, change(id, Action.DELETED, "", clock.instant(), null)))) {
        return true;
      }
    }
  }

  /**
   * Notes that somebody has seen to an alert; empty where there is none.
   *
   * @throws IllegalStateException where it is acknowledged or resolved
   */
  public Optional<Alert> acknowledge(String id, String who) {
    return become(id, ACKNOWLEDGED, Action.ACKNOWLEDGED, who);
  }

  /**
   * Notes that an alert is over, and since now; empty where there is none.
   *
   * @throws IllegalStateException where it is resolved
   */
  public Optional<Alert> resolve(String id, String who) {
    return become(id, RESOLVED, Action.RESOLVED, who);
  }

  /**
   * Notes that nobody is to be told of an alert; empty where there is none.
   *
   * @throws IllegalStateException where it is suppressed or resolved
   */
  public Optional<Alert> suppress(String id, String who) {
    return become(id, SUPPRESSED, Action.SUPPRESSED, who);
  }

  private Optional<Alert> become(String id, AlertStatus next, Action what, String who) {
    while (true) {
      Optional<byte[]> present = json(id);
      if (present.isEmpty()) {
        return Optional.empty();
      }
      Alert before = kind.read(kind.key(id), present.get());
      if (!before.status().mayBecome(next)) {
        throw new IllegalStateException(
            "alert cannot become "
                + next.text()
                + ": id="
                + id
                + " status="
                + before.status().text());
      }
      Instant now = clock.instant();
      Alert after = before.become(next, who, now);
      DocumentChange put = put(after, timeToLive).ifEqual(present.get());
      if (documents.apply(List.of(put, change(id, what, who, now, put.value())))) {
        return Optional.of(after);
      }
    }
  }

  /** The changes behind a number; 0 for all that are kept. */
  public AlertFeed feed(long after) {
    return new AlertFeed(documents, isAtomic, after);
  }

  /** The number of the newest change that is kept; 0 where there is none. */
  public long latestChange() {
    List<Found> latest =
        documents.find(new Search(Set.of(CHANGES), 0, Documents.MOST_PLACE, true, null, 1)).found();
    return latest.isEmpty() ? 0 : latest.get(0).place();
  }

  /**
   * Shows changes as they come, from a thread that looks for them when the store says that there
   * are some, as those do that have {@link Capability#WATCHED_DOCUMENTS}, and else again and again.
   * It tries on while the store fails.
   *
   * @param after the number behind which to begin, such as {@link #latestChange}
   * @param pause between two looks that find nothing, where the store says nothing; above zero
   */
  public AlertSubscription subscribe(long after, Duration pause, Consumer<AlertChange> action) {
    if (pause.isNegative() || pause.isZero()) {
      throw new IllegalArgumentException("pause is not above zero: pause=" + pause);
    }
    return AlertSubscription.start(feed(after), documents.watch(CHANGES), pause, action);
  }
}
