package io.tallystick.store.chronicle;

import io.tallystick.store.Deadline;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Limits;
import io.tallystick.store.Publication;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of a directory. A series is a row, so that a publication writes what has changed. Each
 * publication and each retirement is one call. Threading: any.
 */
final class ChronicleLedger implements Ledger {
  static final long TOMBSTONE_MS = Duration.ofDays(1).toMillis();

  private final Session session;
  private final InstantSource clock;
  private final Limits limits;
  private final LabelIndexes indexes = new LabelIndexes();

  ChronicleLedger(Session session, InstantSource clock, Limits limits) {
    this.session = session;
    this.clock = clock;
    this.limits = limits;
  }

  /** In a call: the rows as they are. */
  LedgerRows rows() {
    return new LedgerRows(session.map(MapKind.LEDGER), indexes);
  }

  /** In a call that fails: forgets what it may have got wrong. */
  void forgetLabels() {
    indexes.clear();
  }

  <T> T read(Function<LedgerRows, T> work) {
    return session.call(() -> work.apply(rows()));
  }

  /** Changes rows, and writes the head. */
  private <T> T write(Function<LedgerRows, T> work) {
    return session.call(
        () -> {
          boolean done = false;
          try {
            LedgerRows rows = rows();
            T result = work.apply(rows);
            rows.putHead();
            done = true;
            return result;
          } finally {
            if (!done) {
              forgetLabels();
            }
          }
        });
  }

  @Override
  public String id() {
    session.requireOpen();
    return session.call(
        () -> {
          LedgerRows rows = rows();
          if (rows.isNew()) {
            rows.putHead();
          }
          return rows.head().id;
        });
  }

  @Override
  public Result publish(Publication publication) {
    session.requireOpen();
    limits.checkKey(publication.source());
    return write(rows -> publish(rows, publication));
  }

  private Result publish(LedgerRows rows, Publication publication) {
    String name = publication.source();
    List<FamilyValues> families = publication.families();
    LedgerOwner source = rows.source(name);
    if (source != null && source.isRetired) {
      return Result.RETIRED;
    }
    if (source != null && publication.version() <= source.version) {
      return Result.STALE;
    }
    if (publication.since() > 0
        && (source == null
            || source.version != publication.since()
            || (!publication.isOfAll() && !fits(source, families)))) {
      return Result.INCOMPLETE;
    }
    if (source == null) {
      source = rows.addLive(name);
    }
    if (publication.isOfAll()) {
      rows.replaceFamilies(source, families);
    } else {
      for (FamilyValues family : families) {
        LedgerOwner.Family present = source.family(family.identity());
        if (present == null) {
          rows.replaceFamily(source, family);
        } else {
          rows.putSeries(present, family);
        }
      }
    }
    source.version = publication.version();
    source.publishedMs = clock.millis();
    source.leaseEndMs = Deadline.after(source.publishedMs, publication.lease());
    rows.putSource(name, source);
    return Result.ACCEPTED;
  }

  private static boolean fits(LedgerOwner source, List<FamilyValues> changes) {
    for (FamilyValues family : changes) {
      LedgerOwner.Family known = source.family(family.identity());
      if (known != null && !known.description.hasShapeOf(family)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean retire(String source) {
    session.requireOpen();
    limits.checkKey(source);
    return write(rows -> isFolded(rows, source, false, clock.millis()));
  }

  /** Folds a source into the base; false where there is none that lives. */
  static boolean isFolded(LedgerRows rows, String name, boolean withBaseline, long nowMs) {
    LedgerOwner source = rows.source(name);
    if (source == null || source.isRetired) {
      return false;
    }
    List<FamilyValues> families = StoredFamily.values(rows.families(source));
    new LedgerFold(rows, nowMs).addSource(name, source.publishedMs, families);
    rows.forgetRetired(nowMs - TOMBSTONE_MS);
    rows.removeLive(source);
    rows.bury(name, source, nowMs, withBaseline);
    return true;
  }

  @Override
  public List<String> retireExpired() {
    session.requireOpen();
    long nowMs = clock.millis();
    List<String> expired = new ArrayList<>(read(rows -> expired(rows, nowMs)));
    Collections.sort(expired);
    session.run(() -> forgetRetired(nowMs));
    expired.removeIf(
        name -> !write(rows -> isExpired(rows, name, nowMs) && isFolded(rows, name, true, nowMs)));
    return expired;
  }

  private void forgetRetired(long nowMs) {
    LedgerRows rows = rows();
    long before = rows.head().firstRetired;
    rows.forgetRetired(nowMs - TOMBSTONE_MS);
    if (rows.head().firstRetired != before) {
      rows.putHead();
    }
  }

  private static List<String> expired(LedgerRows rows, long nowMs) {
    return rows.live().stream().filter(name -> isExpired(rows, name, nowMs)).toList();
  }

  private static boolean isExpired(LedgerRows rows, String name, long nowMs) {
    LedgerOwner source = rows.source(name);
    return source != null && !source.isRetired && source.leaseEndMs <= nowMs;
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    session.requireOpen();
    limits.checkKey(source);
    Optional<List<StoredFamily>> baseline =
        read(
            rows -> {
              LedgerOwner present = rows.source(source);
              return present != null && present.isRetired && present.hasBaseline
                  ? Optional.of(rows.families(present))
                  : Optional.empty();
            });
    return baseline.map(StoredFamily::values);
  }

  @Override
  public List<Ledger.Source> sources() {
    session.requireOpen();
    return read(
            rows ->
                rows.live().stream()
                    .map(
                        name -> {
                          LedgerOwner source = rows.require(name);
                          return new Ledger.Source(name, source.version, source.leaseEndMs);
                        })
                    .toList())
        .stream()
        .sorted(Comparator.comparing(Ledger.Source::name))
        .toList();
  }

  @Override
  public LedgerParts parts(Set<String> without) {
    session.requireOpen();
    long nowMs = clock.millis();
    List<StoredPart> parts = read(rows -> parts(rows, without, nowMs));
    return new LedgerParts(nowMs, parts.stream().map(StoredPart::toPart).toList());
  }

  private static List<StoredPart> parts(LedgerRows rows, Set<String> without, long nowMs) {
    List<StoredPart> parts = new ArrayList<>();
    parts.add(new StoredPart(null, false, 0, rows.families(rows.base())));
    for (String name : rows.live()) {
      if (!without.contains(name)) {
        LedgerOwner source = rows.require(name);
        boolean lives = source.leaseEndMs > nowMs;
        parts.add(new StoredPart(name, lives, source.publishedMs, rows.families(source)));
      }
    }
    return parts;
  }

  /** A part as it is stored, to be made values of when the call that has read it is over. */
  private record StoredPart(
      @Nullable String source, boolean live, long publishedMs, List<StoredFamily> families) {
    LedgerParts.Part toPart() {
      return new LedgerParts.Part(source, live, publishedMs, StoredFamily.values(families));
    }
  }
}
