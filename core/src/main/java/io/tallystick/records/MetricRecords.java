package io.tallystick.records;

import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Metrics. What is saved takes the place of all fields that are there but the samples, to which its
 * own are added: those that are there already, equal in all, are not doubled.
 *
 * <p>The JSON of a metric, which a query gives and other programs read, has its newest samples, 256
 * at most; {@link #get} and {@link #history} have all.
 */
public final class MetricRecords extends Records<MetricRecord> {
  private static final long LONGEST_PAUSE_NS = 2_000_000;
  private static final int MOST_NAMED = 10;

  private final InstantSource clock;

  MetricRecords(Documents documents, Duration timeToLive, InstantSource clock) {
    super(MetricKind.METRICS, documents, timeToLive);
    this.clock = clock;
  }

  /**
   * Saves metrics. One that cannot be read, since its record, or what is read of its samples, is
   * damaged or of a later version, is not saved and stays as it is; all others are saved before
   * that is said.
   *
   * @throws StoreException that names those that could not be read, with what is wrong with the
   *     first as its cause: CORRUPT where it is damaged, PERMANENT where its record is of a later
   *     version. Or what the store fails with, after which some are saved and others are not
   */
  @Override
  public void saveAll(Collection<MetricRecord> records, Duration time) {
    List<MetricRecord> open = new ArrayList<>(records);
    Map<String, StoreException> unreadable = new LinkedHashMap<>(); // by id
    while (!open.isEmpty()) {
      Map<String, MetricRecord> some = new LinkedHashMap<>(); // each id once, the others later
      for (MetricRecord record : open) {
        if (some.size() == BATCH || some.putIfAbsent(record.id(), record) != null) {
          break;
        }
      }
      List<MetricRecord> tried = open.subList(0, some.size());
      List<MetricRecord> rest = refused(tried, time, unreadable);
      tried.clear();
      open.addAll(0, rest);
    }
    if (!unreadable.isEmpty()) {
      throw unsaved(unreadable);
    }
  }

  private StoreException unsaved(Map<String, StoreException> unreadable) {
    StoreException first = unreadable.values().iterator().next();
    List<String> keys = unreadable.keySet().stream().limit(MOST_NAMED).map(kind::key).toList();
    return new StoreException(
        first.category(),
        "metrics whose records cannot be read were not saved, all others were: metrics="
            + unreadable.size()
            + " keys="
            + keys
            + " cause="
            + first.getMessage(),
        first);
  }

  /** Saves some metrics; those that others changed meanwhile. */
  private List<MetricRecord> refused(
      List<MetricRecord> metrics, Duration time, Map<String, StoreException> unreadable) {
    List<Stored> stored = read(metrics.stream().map(MetricRecord::id).toList());
    List<MetricRecord> tried = new ArrayList<>();
    List<List<DocumentChange>> batches = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      MetricRecord metric = metrics.get(i);
      try {
        batches.add(stored.get(i).decoded().merge(metric, time, timeToLive));
        tried.add(metric);
      } catch (StoreException e) {
        if (e.category() == Category.TRANSIENT) {
          throw e;
        }
        unreadable.putIfAbsent(metric.id(), e);
      }
    }
    List<Boolean> made = documents.applyEach(batches);
    List<MetricRecord> refused = new ArrayList<>();
    for (int i = 0; i < tried.size(); i++) {
      if (!made.get(i)) {
        refused.add(tried.get(i));
      }
    }
    return refused;
  }

  /** The documents of a metric as they were read. */
  private final class Stored {
    private final String key;
    private final byte @Nullable [] json;
    private final byte @Nullable [] list;

    Stored(String key, Optional<byte[]> json, Optional<byte[]> list) {
      this.key = key;
      this.json = json.orElse(null);
      this.list = list.orElse(null);
    }

    StoredMetric decoded() {
      return new StoredMetric(documents, key, json, list);
    }

    /** What deletes the metric; of one that cannot be read, without its pieces. */
    List<DocumentChange> deletion() {
      try {
        return decoded().deletion();
      } catch (StoreException e) { // by what was read, the store itself has answered
        List<DocumentChange> changes = new ArrayList<>();
        if (json != null) {
          changes.add(DocumentChange.delete(key).ifEqual(json));
        }
        if (list != null) {
          changes.add(DocumentChange.delete(StoredMetric.listKey(key)).ifEqual(list));
        }
        return changes;
      }
    }
  }

  private List<Stored> read(List<String> ids) {
    List<String> keys = new ArrayList<>(2 * ids.size());
    for (String id : ids) {
      keys.add(kind.key(id));
      keys.add(StoredMetric.listKey(kind.key(id)));
    }
    List<Optional<byte[]>> values = documents.getAll(keys);
    List<Stored> stored = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      stored.add(new Stored(keys.get(2 * i), values.get(2 * i), values.get(2 * i + 1)));
    }
    return stored;
  }

  private StoredMetric stored(String id) {
    return read(List.of(id)).get(0).decoded();
  }

  /** The metric of an id with all of its samples, by time. */
  @Override
  public Optional<MetricRecord> get(String id) {
    return Optional.ofNullable(stored(id).whole());
  }

  /**
   * The metric of an id with the newest of those samples that are in a time range, both ends
   * included, by time. It takes room for so many samples and for some pieces of a thousand, however
   * many the metric has.
   *
   * @param most how many samples it is given at most; above zero
   */
  public Optional<MetricRecord> get(String id, Instant from, Instant to, int most) {
    NewestSamples samples = new NewestSamples(Times.ofQuery(from), Times.ofQuery(to), most);
    return Optional.ofNullable(stored(id).with(samples));
  }

  /**
   * The metric of an id with a page of its samples, the newest first: those of a time range, both
   * ends included, as far as there is room. Samples of one time are parted only where they alone
   * are more than that; the place of the page's first one among them is where the next page ends.
   *
   * @param position how many of the samples of the last time are in the range: those before the
   *     first one of another page, whose time is the last one then; {@link Long#MAX_VALUE} for all
   * @param most how many samples a page has; from 0 to below the greatest int
   */
  public Optional<SamplePage> page(String id, Instant from, Instant to, long position, int most) {
    StoredMetric stored = stored(id);
    MetricRecord metric = stored.newest();
    return metric == null
        ? Optional.empty()
        : Optional.of(
            new SamplePages(stored, metric, most)
                .page(Times.ofQuery(from), Times.ofQuery(to), position));
  }

  /** Deletes a metric, also one that cannot be read, whose pieces end by themselves. */
  @Override
  public boolean delete(String id) {
    while (true) {
      Stored stored = read(List.of(id)).get(0);
      List<DocumentChange> deletion = stored.deletion();
      if (deletion.isEmpty() || documents.apply(deletion)) {
        return stored.json != null;
      }
    }
  }

  /** Appends a sample; false where there is no such metric. */
  public boolean append(String id, Sample sample) {
    return append(id, List.of(sample));
  }

  /**
   * Appends samples, in any order of their times, and none of those that others append meanwhile is
   * lost. Drops samples that are older than the metric's retention, those that are appended
   * included, and has the metric live on for the time that metrics do.
   *
   * @return false where there is no such metric
   */
  public boolean append(String id, List<Sample> samples) {
    for (int tries = 0; ; tries++) {
      StoredMetric stored = stored(id);
      if (stored.newest() == null) {
        return false;
      }
      Instant now = Times.ofRecord(clock.instant());
      if (documents.apply(stored.append(samples, now, timeToLive, timeToLive))) {
        return true;
      }
      if (tries > 0) { // several at once: who waits for a random time is alone sooner
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_NS));
      }
    }
  }

  /**
   * What the metrics of a name were in a time, all of them together, by time.
   *
   * @throws StoreException CORRUPT where samples are damaged
   */
  public List<HistoryPoint> history(HistoryQuery query) {
    return history(query, Integer.MAX_VALUE);
  }

  /**
   * What the metrics of a name were in a time, all of them together, by time.
   *
   * @param most how many points it may have
   * @throws IllegalArgumentException where it has more
   * @throws StoreException CORRUPT where samples are damaged
   */
  public List<HistoryPoint> history(HistoryQuery query, int most) {
    Downsampling points = new Downsampling(query, most);
    long from = Times.micros(query.start());
    long to = Times.micros(query.end());
    QueryPlan<MetricRecord> plan =
        new QueryPlan<>(kind, RecordQuery.all().where("name", query.name()));
    List<String> ids = new ArrayList<>();
    new RecordSearch<>(kind, documents, plan, true, null, 1)
        .forEach((metric, found) -> ids.add(metric.id()));
    for (int i = 0; i < ids.size(); i += BATCH) {
      for (Stored metric : read(ids.subList(i, Math.min(ids.size(), i + BATCH)))) {
        metric.decoded().forEach(from, to, points::add);
        points.requireNotTooMany();
      }
    }
    return points.points();
  }
}
