package io.tallystick.store.sqlite;

import io.tallystick.store.Deadline;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Publication;
import io.tallystick.store.sqlite.LedgerRows.SourceRow;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ledger of a database. A source that lives has a row for each series, so that a publication
 * writes what has changed. Each publication and each retirement is one transaction.
 */
final class SqliteLedger implements Ledger {
  /** How long the name of a retired source is remembered. */
  static final long TOMBSTONE_MS = Duration.ofDays(1).toMillis();

  private final SqliteStore store;

  SqliteLedger(SqliteStore store) {
    this.store = store;
  }

  @Override
  public String id() {
    return store.readers().read(Schema::ledgerId);
  }

  @Override
  public Result publish(Publication publication) {
    store.requireOpen();
    store.limits().checkKey(publication.source());
    return store.writer().write(session -> publish(new LedgerRows(session), publication));
  }

  private Result publish(LedgerRows rows, Publication publication) throws SQLException {
    String name = publication.source();
    List<FamilyValues> families = publication.families();
    SourceRow present = rows.source(name);
    if (present != null && present.isRetired()) {
      return Result.RETIRED;
    }
    if (present != null && publication.version() <= present.version()) {
      return Result.STALE;
    }
    if (publication.since() > 0
        && (present == null
            || present.version() != publication.since()
            || (!publication.isOfAll() && !rows.fits(present.id(), families)))) {
      return Result.INCOMPLETE;
    }
    long nowMs = store.nowMs();
    long leaseEndMs = Deadline.after(nowMs, publication.lease());
    long source = rows.putLive(name, publication.version(), nowMs, leaseEndMs);
    if (publication.isOfAll()) {
      rows.deleteFamilies(source);
    }
    for (FamilyValues family : families) {
      rows.put(source, family);
    }
    return Result.ACCEPTED;
  }

  @Override
  public boolean retire(String source) {
    store.requireOpen();
    store.limits().checkKey(source);
    return store
        .writer()
        .write(session -> fold(session, source, Long.MAX_VALUE, false, store.nowMs()));
  }

  /**
   * Folds a live source into the base; false where there is none whose lease ends by then.
   *
   * @param leaseEndMs the latest end of the lease
   */
  static boolean fold(
      Session session, String name, long leaseEndMs, boolean withBaseline, long nowMs)
      throws SQLException {
    LedgerRows rows = new LedgerRows(session);
    SourceRow source = rows.source(name);
    if (source == null || source.isRetired() || source.leaseEndMs() > leaseEndMs) {
      return false;
    }
    LedgerBase base = new LedgerBase(session, rows, nowMs);
    base.fold(name, source.publishedMs(), rows.families(source.id()));
    rows.forgetRetired(nowMs - TOMBSTONE_MS);
    rows.bury(source.id(), nowMs, withBaseline);
    return true;
  }

  @Override
  public List<String> retireExpired() {
    long nowMs = store.nowMs();
    List<String> expired = new ArrayList<>();
    boolean[] isToBeForgotten = new boolean[1];
    for (SourceRow source : allSources()) {
      if (source.isRetired()) {
        isToBeForgotten[0] |= source.retiredMs() <= nowMs - TOMBSTONE_MS;
      } else if (source.leaseEndMs() <= nowMs) {
        expired.add(source.name());
      }
    }
    if (isToBeForgotten[0]) {
      store
          .writer()
          .write(
              session -> {
                new LedgerRows(session).forgetRetired(nowMs - TOMBSTONE_MS);
                return true;
              });
    }
    Collections.sort(expired);
    expired.removeIf(
        name -> !store.writer().write(session -> fold(session, name, nowMs, true, nowMs)));
    return expired;
  }

  private List<SourceRow> allSources() {
    return store.readers().read(session -> new LedgerRows(session).sources());
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    store.requireOpen();
    store.limits().checkKey(source);
    return store
        .readers()
        .snapshot(
            session -> {
              LedgerRows rows = new LedgerRows(session);
              SourceRow present = rows.source(source);
              return present != null && present.isRetired() && present.hasBaseline()
                  ? Optional.of(rows.families(present.id()))
                  : Optional.empty();
            });
  }

  @Override
  public List<Ledger.Source> sources() {
    return allSources().stream()
        .filter(source -> !source.isRetired())
        .map(s -> new Ledger.Source(s.name(), s.version(), s.leaseEndMs()))
        .sorted(Comparator.comparing(Ledger.Source::name))
        .toList();
  }

  @Override
  public LedgerParts parts(Set<String> without) {
    return store.readers().snapshot(session -> parts(session, without));
  }

  private LedgerParts parts(Session session, Set<String> without) throws SQLException {
    long nowMs = store.nowMs();
    LedgerRows rows = new LedgerRows(session);
    List<LedgerParts.Part> parts = new ArrayList<>();
    for (FamilyValues family : new LedgerBase(session, rows, nowMs).families()) {
      parts.add(LedgerParts.Part.ofBase(List.of(family)));
    }
    for (SourceRow source : rows.sources()) {
      if (!source.isRetired() && !without.contains(source.name())) {
        boolean lives = source.leaseEndMs() > nowMs;
        List<FamilyValues> families = rows.families(source.id());
        parts.add(new LedgerParts.Part(source.name(), lives, source.publishedMs(), families));
      }
    }
    return new LedgerParts(nowMs, parts);
  }
}
