package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.store.FamilyBytes;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.FamilyValues.Identity;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of sources, of their families and of these' series, in a transaction. A retired source
 * keeps its row as long as its name is remembered, and its families where they are its baseline.
 */
final class LedgerRows {
  /** The source that is none: the base's families are its. */
  static final long BASE = 0;

  private static final String FAMILIES =
      "SELECT id, description, merged_size, owns_name FROM tallystick_families";

  private final Session session;

  LedgerRows(Session session) {
    this.session = session;
  }

  @Nullable SourceRow source(String name) throws SQLException {
    return session.first(
        "SELECT id, name, version, published_ms, lease_end_ms, retired_ms, has_baseline"
            + " FROM tallystick_sources WHERE name = ?",
        LedgerRows::source,
        (Object) name.getBytes(UTF_8));
  }

  /** All of them, those that are retired included, in the order in which that was. */
  List<SourceRow> sources() throws SQLException {
    return session.list(
        "SELECT id, name, version, published_ms, lease_end_ms, retired_ms, has_baseline"
            + " FROM tallystick_sources ORDER BY retired_ms, id",
        LedgerRows::source);
  }

  private static SourceRow source(ResultSet row) throws SQLException {
    long retiredMs = row.getLong(6);
    boolean isRetired = !row.wasNull();
    return new SourceRow(
        row.getLong(1),
        new String(Session.bytes(row, 2), UTF_8),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        isRetired,
        retiredMs,
        row.getInt(7) != 0);
  }

  /** Puts a live source's row and returns its id. */
  long putLive(String name, long version, long publishedMs, long leaseEndMs) throws SQLException {
    return session.number(
        0,
        "INSERT INTO tallystick_sources (name, version, published_ms, lease_end_ms)"
            + " VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version,"
            + " published_ms = excluded.published_ms, lease_end_ms = excluded.lease_end_ms"
            + " RETURNING id",
        name.getBytes(UTF_8),
        version,
        publishedMs,
        leaseEndMs);
  }

  /** Marks a source as retired; without a baseline its families go. */
  void bury(long source, long retiredMs, boolean hasBaseline) throws SQLException {
    if (!hasBaseline) {
      deleteFamilies(source);
    }
    session.update(
        "UPDATE tallystick_sources SET retired_ms = ?, has_baseline = ? WHERE id = ?",
        retiredMs,
        hasBaseline ? 1L : 0L,
        source);
  }

  /** Forgets sources that were retired no later than this. */
  void forgetRetired(long retiredMs) throws SQLException {
    List<Long> forgotten =
        session.list(
            "SELECT id FROM tallystick_sources WHERE retired_ms <= ?",
            row -> row.getLong(1),
            retiredMs);
    for (long source : forgotten) {
      delete(source);
    }
  }

  void delete(long source) throws SQLException {
    deleteFamilies(source);
    session.update("DELETE FROM tallystick_sources WHERE id = ?", source);
  }

  void deleteFamilies(long source) throws SQLException {
    session.update(
        "DELETE FROM tallystick_series WHERE family IN"
            + " (SELECT id FROM tallystick_families WHERE source = ?)",
        source);
    session.update("DELETE FROM tallystick_families WHERE source = ?", source);
  }

  /** A source's families with all of their series. */
  List<FamilyValues> families(long source) throws SQLException {
    List<FamilyValues> families = new ArrayList<>();
    for (FamilyRow family : descriptions(source)) {
      families.add(withSeries(family));
    }
    return families;
  }

  /** A source's families without their series, the first one first. */
  List<FamilyRow> descriptions(long source) throws SQLException {
    return session.list(FAMILIES + " WHERE source = ? ORDER BY id", LedgerRows::family, source);
  }

  /** A source's families of a name without their series, the first one first. */
  List<FamilyRow> descriptions(long source, String name) throws SQLException {
    return session.list(
        FAMILIES + " WHERE source = ? AND name = ? ORDER BY id", LedgerRows::family, source, name);
  }

  /** A source's family without its series. */
  @Nullable FamilyRow description(long source, Identity identity) throws SQLException {
    return session.first(
        FAMILIES + " WHERE source = ? AND identity = ?",
        LedgerRows::family,
        source,
        Texts.of(identity));
  }

  private static FamilyRow family(ResultSet row) throws SQLException {
    byte[] bytes = Session.bytes(row, 2);
    return new FamilyRow(
        row.getLong(1),
        decoded(() -> FamilyBytes.toFamily(bytes, List.of())),
        row.getLong(3),
        row.getInt(4) != 0);
  }

  FamilyValues withSeries(FamilyRow family) throws SQLException {
    List<SeriesValues> series =
        session.list(
            "SELECT bytes FROM tallystick_series WHERE family = ?", LedgerRows::series, family.id);
    return decoded(() -> family.values.withSeries(series));
  }

  @Nullable SeriesValues series(FamilyRow family, Labels labels) throws SQLException {
    return session.first(
        "SELECT bytes FROM tallystick_series WHERE family = ? AND labels = ?",
        LedgerRows::series,
        family.id,
        Texts.of(labels));
  }

  private static SeriesValues series(ResultSet row) throws SQLException {
    byte[] bytes = Session.bytes(row, 1);
    return decoded(() -> FamilyBytes.toSeries(bytes));
  }

  private static <T> T decoded(Supplier<T> decode) {
    try {
      return decode.get();
    } catch (IllegalArgumentException e) {
      throw new StoreException(
          Category.CORRUPT, "database has a family that cannot be: cause=" + e.getMessage(), e);
    }
  }

  /** Whether all series can stand beside those that are there. */
  boolean fits(long source, List<FamilyValues> changes) throws SQLException {
    for (FamilyValues changed : changes) {
      FamilyRow known = description(source, changed.identity());
      if (known != null && !known.values.hasShapeOf(changed)) {
        return false;
      }
    }
    return true;
  }

  /** Puts series, each in the place of the one of the same labels, and describes all anew. */
  void put(long source, FamilyValues family) throws SQLException {
    byte[] identity = Texts.of(family.identity());
    byte[] description = FamilyBytes.ofFamily(family);
    byte[] present =
        session.first(
            "SELECT description FROM tallystick_families WHERE source = ? AND identity = ?",
            row -> Session.bytes(row, 1),
            source,
            identity);
    if (!Arrays.equals(present, description)) {
      session.update(
          "INSERT INTO tallystick_families (source, identity, name, description)"
              + " VALUES (?, ?, ?, ?) ON CONFLICT (source, identity)"
              + " DO UPDATE SET description = excluded.description",
          source,
          identity,
          family.name(),
          description);
    }
    long id =
        session.number(
            0,
            "SELECT id FROM tallystick_families WHERE source = ? AND identity = ?",
            source,
            identity);
    for (SeriesValues series : family.series()) {
      session.update(
          "INSERT INTO tallystick_series VALUES (?, ?, ?)"
              + " ON CONFLICT (family, labels) DO UPDATE SET bytes = excluded.bytes",
          id,
          Texts.of(series.labels()),
          FamilyBytes.ofSeries(series));
    }
  }

  boolean hasFamilies(long source) throws SQLException {
    return session.number(0, "SELECT 1 FROM tallystick_families WHERE source = ? LIMIT 1", source)
        > 0;
  }

  long size(FamilyRow family) throws SQLException {
    return session.number(0, "SELECT count(*) FROM tallystick_series WHERE family = ?", family.id);
  }

  /** Notes that all series of a family were merged, and whether its name's rows are its. */
  void setMerged(long source, Identity identity, boolean ownsName) throws SQLException {
    session.update(
        "UPDATE tallystick_families SET merged_size ="
            + " (SELECT count(*) FROM tallystick_series WHERE family = id), owns_name = ?"
            + " WHERE source = ? AND identity = ?",
        ownsName ? 1L : 0L,
        source,
        Texts.of(identity));
  }

  /** Removes all series of a family. */
  void removeAll(FamilyRow family) throws SQLException {
    session.update("DELETE FROM tallystick_series WHERE family = ?", family.id);
  }

  /** A row of a source. */
  record SourceRow(
      long id,
      String name,
      long version,
      long publishedMs,
      long leaseEndMs,
      boolean isRetired,
      long retiredMs,
      boolean hasBaseline) {}

  /**
   * A row of a family.
   *
   * @param values without series
   * @param mergedSize how many series it had when all of them were merged last
   * @param ownsName whether the rows of its name in {@link MetricsTable} are its
   */
  record FamilyRow(long id, FamilyValues values, long mergedSize, boolean ownsName) {}
}
