package io.tallystick.records;

import io.tallystick.records.PieceList.Piece;
import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A metric as it is kept: its JSON with the newest samples, a list of pieces beside it, and the
 * pieces with older samples. One change writes all that it touches in one batch, under the
 * condition that JSON and list are as they were read.
 */
final class StoredMetric {
  /** Samples that the JSON has at most, and that it keeps where it has had more. */
  static final int MOST_IN_JSON = 256;

  private static final int KEPT_IN_JSON = 128;

  /** Samples of a piece. */
  static final int MOST_IN_PIECE = 1_000;

  private static final int PIECES_AT_ONCE = 32;

  private static final Comparator<Sample> BY_TIME = Comparator.comparing(Sample::timestamp);
  private static final String RETENTION = "retention_seconds";

  private final Documents documents;
  private final String key;
  private final byte @Nullable [] json;
  private final byte @Nullable [] list;
  private final @Nullable MetricRecord newest; // with the samples of its JSON
  private final PieceList pieces;

  /**
   * @throws StoreException where one of them is damaged or of a later version
   */
  StoredMetric(Documents documents, String key, byte @Nullable [] json, byte @Nullable [] list) {
    this.documents = documents;
    this.key = key;
    this.json = json;
    this.list = list;
    this.newest = json == null ? null : MetricKind.METRICS.read(key, json);
    try {
      this.pieces = json == null || list == null ? PieceList.begin() : PieceList.of(list);
    } catch (IllegalArgumentException e) {
      throw damaged(key, e);
    }
  }

  private static StoreException damaged(String key, IllegalArgumentException e) {
    return new StoreException(
        Category.CORRUPT, "samples cannot be read: key=" + key + " cause=" + e.getMessage(), e);
  }

  static String listKey(String key) {
    return RelatedKey.of(key, "samples");
  }

  private String pieceKey(long number) {
    return RelatedKey.of(key, "samples:" + number);
  }

  /** The metric with the samples of its JSON; null where there is none. */
  @Nullable MetricRecord newest() {
    return newest;
  }

  private static List<Sample> sorted(List<Sample> samples) {
    List<Sample> sorted = new ArrayList<>(samples);
    sorted.sort(BY_TIME); // those of one time stay as they came
    return sorted;
  }

  private interface PieceReader {
    void read(Piece piece, byte[] bytes);
  }

  /**
   * Reads the pieces that may have samples of a time range. A piece that has grown since the list
   * was read has more than the list says, which is in the JSON as it was read with it.
   */
  private void forEachPiece(long from, long to, PieceReader reader) {
    List<Piece> wanted =
        pieces.pieces().stream().filter(piece -> piece.to() >= from && piece.from() <= to).toList();
    for (int i = 0; i < wanted.size(); i += PIECES_AT_ONCE) {
      forEach(wanted.subList(i, Math.min(wanted.size(), i + PIECES_AT_ONCE)), reader);
    }
  }

  private void forEach(List<Piece> wanted, PieceReader reader) {
    List<Optional<byte[]>> values =
        documents.getAll(wanted.stream().map(piece -> pieceKey(piece.number())).toList());
    try {
      for (int i = 0; i < wanted.size(); i++) {
        if (values.get(i).isPresent()) { // else it was trimmed, or has ended
          reader.read(wanted.get(i), values.get(i).get());
        }
      }
    } catch (IllegalArgumentException e) {
      throw damaged(key, e);
    }
  }

  private List<Sample> older(long from, long to) {
    List<Sample> older = new ArrayList<>();
    forEachPiece(
        from, to, (piece, bytes) -> older.addAll(SamplePiece.samples(bytes, piece.count())));
    return older;
  }

  /** The metric with all samples, by time; null where there is none. */
  @Nullable MetricRecord whole() {
    if (newest == null) {
      return null;
    }
    List<Sample> all = older(Long.MIN_VALUE, Long.MAX_VALUE);
    all.addAll(newest.values());
    return newest.withValues(sorted(all));
  }

  /**
   * The metric with samples that are chosen; null where there is none. The newest pieces come
   * first, and what cannot have any is not read.
   */
  @Nullable MetricRecord with(NewestSamples samples) {
    if (newest == null) {
      return null;
    }
    newest.values().forEach(samples::add);
    List<Piece> all = new ArrayList<>(pieces.pieces());
    Collections.reverse(all);
    for (int i = 0; i < all.size(); i += PIECES_AT_ONCE) {
      List<Piece> some =
          all.subList(i, Math.min(all.size(), i + PIECES_AT_ONCE)).stream()
              .filter(piece -> samples.takesAny(piece.from(), piece.to()))
              .toList();
      if (!some.isEmpty()) {
        forEach(
            some,
            (piece, bytes) -> SamplePiece.samples(bytes, piece.count()).forEach(samples::add));
      }
    }
    return newest.withValues(samples.byTime());
  }

  /** Shows the samples of a time in the order in which they came, as far as that is kept. */
  void show(SamplesOfTime samples) {
    long micros = Times.micros(samples.time());
    forEachPiece(
        micros,
        micros,
        (piece, bytes) -> SamplePiece.samples(bytes, piece.count()).forEach(samples::add));
    if (newest != null) {
      newest.values().forEach(samples::add);
    }
  }

  /** Shows times and values of a time range, in microseconds, both ends included. */
  void forEach(long from, long to, SamplePiece.Visitor visitor) {
    SamplePiece.Visitor within =
        (micros, value) -> {
          if (micros >= from && micros <= to) {
            visitor.visit(micros, value);
          }
        };
    forEachPiece(from, to, (piece, bytes) -> SamplePiece.forEach(bytes, piece.count(), within));
    if (newest != null) {
      newest.values().forEach(s -> within.visit(Times.micros(s.timestamp()), s.value()));
    }
  }

  /**
   * What makes a metric of this one and another of the same id: the other's fields, and the samples
   * of both, of which those that are equal count as one.
   */
  List<DocumentChange> merge(MetricRecord other, Duration timeToLive, Duration retention) {
    if (newest == null) {
      return changes(other.withValues(sorted(other.values())), timeToLive, retention, null);
    }
    List<Sample> all = new ArrayList<>(newest.values());
    all.addAll(missing(other.values()));
    return changes(other.withValues(sorted(all)), timeToLive, retention, null);
  }

  /** Those samples that are not there yet. */
  private List<Sample> missing(List<Sample> samples) {
    if (newest == null || samples.isEmpty()) {
      return samples;
    }
    List<Sample> ordered = sorted(samples);
    Map<Sample, Integer> present = new HashMap<>();
    newest.values().forEach(sample -> present.merge(sample, 1, Integer::sum));
    older(
            Times.micros(ordered.get(0).timestamp()),
            Times.micros(ordered.get(ordered.size() - 1).timestamp()))
        .forEach(sample -> present.merge(sample, 1, Integer::sum));
    List<Sample> missing = new ArrayList<>();
    for (Sample sample : samples) {
      Integer left = present.computeIfPresent(sample, (s, count) -> count > 0 ? count - 1 : -1);
      if (left == null || left < 0) {
        missing.add(sample);
      }
    }
    return missing;
  }

  /** What appends samples and drops those that are older than the metric's retention. */
  List<DocumentChange> append(
      List<Sample> samples, Instant now, Duration timeToLive, Duration retention) {
    MetricRecord before = newest;
    if (before == null) {
      throw new IllegalStateException("there is no metric: key=" + key);
    }
    List<Sample> all = new ArrayList<>(before.values());
    all.addAll(samples);
    return changes(
        before.withValues(sorted(all)).withUpdatedAt(now),
        timeToLive,
        retention,
        now.minus(retentionOf(before, retention)));
  }

  /** How long samples of a metric are kept. */
  static Duration retentionOf(MetricRecord metric, Duration otherwise) {
    return metric.metadata().get(RETENTION) instanceof Number seconds && seconds.doubleValue() > 0
        ? Duration.ofMillis((long) Math.min(seconds.doubleValue() * 1_000, 3.2e15))
        : otherwise;
  }

  /**
   * @param metric with the samples that the JSON would have, by time
   * @param cutoff what is earlier goes; null for nothing
   */
  private List<DocumentChange> changes(
      MetricRecord metric, Duration timeToLive, Duration retention, @Nullable Instant cutoff) {
    Rewriting rewriting = new Rewriting(metric.values());
    if (cutoff != null) {
      rewriting.trim(cutoff);
    }
    rewriting.spill();
    List<DocumentChange> changes = new ArrayList<>();
    DocumentChange put =
        DocumentChange.put(key, MetricKind.METRICS.encode(metric.withValues(rewriting.inJson)))
            .in(MetricKind.METRICS.sets(metric), Times.place(metric.updatedAt()))
            .endingAfter(timeToLive);
    changes.add(json == null ? put.ifAbsent() : put.ifEqual(json));
    Duration piecesLive = retentionOf(metric, retention).plus(timeToLive);
    rewriting.written.forEach(
        (number, samples) ->
            changes.add(
                DocumentChange.put(pieceKey(number), SamplePiece.toBytes(samples))
                    .endingAfter(piecesLive)));
    rewriting.dropped.forEach(number -> changes.add(DocumentChange.delete(pieceKey(number))));
    boolean isStale = json == null && list != null; // of one that has ended
    if (!rewriting.next.equals(pieces) || isStale) {
      DocumentChange putList =
          DocumentChange.put(listKey(key), rewriting.next.toBytes()).endingAfter(piecesLive);
      changes.add(list == null ? putList.ifAbsent() : putList.ifEqual(list));
    }
    return changes;
  }

  /** One rewriting of the samples: what goes where. */
  private final class Rewriting {
    private List<Sample> inJson;
    private PieceList next = pieces;
    private final Map<Long, List<Sample>> written = new HashMap<>(); // by number
    private final List<Long> dropped = new ArrayList<>();

    Rewriting(List<Sample> samples) {
      this.inJson = samples;
    }

    void trim(Instant cutoff) {
      inJson = inJson.stream().filter(each -> !each.timestamp().isBefore(cutoff)).toList();
      long least = Times.place(cutoff);
      List<Piece> kept = new ArrayList<>();
      for (Piece piece : next.pieces()) {
        if (piece.to() < least) {
          dropped.add(piece.number());
        } else {
          kept.add(piece);
        }
      }
      next = new PieceList(next.next(), kept);
    }

    void spill() {
      if (inJson.size() <= MOST_IN_JSON) {
        return;
      }
      int spilt = inJson.size() - KEPT_IN_JSON;
      List<Sample> rest = new ArrayList<>(last());
      rest.addAll(inJson.subList(0, spilt));
      inJson = inJson.subList(spilt, inJson.size());
      List<Piece> all = new ArrayList<>(next.pieces());
      long number = next.next();
      if (rest.size() > spilt) {
        number = all.remove(all.size() - 1).number(); // which goes on
      }
      for (int from = 0; from < rest.size(); from += MOST_IN_PIECE) {
        List<Sample> some = rest.subList(from, Math.min(rest.size(), from + MOST_IN_PIECE));
        written.put(number, some);
        all.add(piece(number, some));
        number = Math.max(number + 1, next.next());
      }
      next = new PieceList(Math.max(number, next.next()), all);
    }

    /** The samples of the last piece, where it has room; none where it has not. */
    private List<Sample> last() {
      List<Piece> all = next.pieces();
      if (all.isEmpty() || all.get(all.size() - 1).count() >= MOST_IN_PIECE) {
        return List.of();
      }
      Piece last = all.get(all.size() - 1);
      try {
        return documents
            .getAll(List.of(pieceKey(last.number())))
            .get(0)
            .map(bytes -> SamplePiece.samples(bytes, last.count()))
            .orElse(List.of());
      } catch (IllegalArgumentException e) {
        throw damaged(key, e);
      }
    }

    private Piece piece(long number, List<Sample> samples) {
      long from = Long.MAX_VALUE;
      long to = Long.MIN_VALUE;
      for (Sample sample : samples) {
        long micros = Times.micros(sample.timestamp());
        from = Math.min(from, micros);
        to = Math.max(to, micros);
      }
      return new Piece(number, from, to, samples.size());
    }
  }

  /** What deletes the metric with all that it has. */
  List<DocumentChange> deletion() {
    List<DocumentChange> changes = new ArrayList<>();
    if (json != null) {
      changes.add(DocumentChange.delete(key).ifEqual(json));
    }
    if (list != null) {
      changes.add(DocumentChange.delete(listKey(key)).ifEqual(list));
    }
    pieces.pieces().forEach(p -> changes.add(DocumentChange.delete(pieceKey(p.number()))));
    return changes;
  }
}
