package io.tallystick.replication;

import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a directory publishes as: the name of a ledger's source, and what the ledger has folded
 * under earlier names. It is kept in the directory, so that it lasts as long as the values do: a
 * directory that is made anew after a reboot is another source. Immutable.
 *
 * <p>What publications are less by belongs to the name, and never changes. So a ledger that has the
 * source has folded just that, also where it is another ledger by now, as one that was restored
 * from a backup: the names that the directory had before are kept with it.
 */
public final class DirectorySource {
  /** So many earlier names are kept. */
  private static final int MOST_EARLIER = 8;

  /** The name of a directory that was never replicated; no ledger has it. */
  private static final SourceName UNPUBLISHED = new SourceName("directory", "0".repeat(16), 1);

  private final KnownName present;
  private final String ledger;
  private final List<KnownName> earlier; // the first one first
  private final JoinedLines joined;

  /**
   * As it was kept.
   *
   * @param ledger the {@link Ledger#id} of the ledger that this is so in; empty before the first
   * @param joined which lines go on for which others
   */
  DirectorySource(KnownName present, String ledger, List<KnownName> earlier, JoinedLines joined) {
    this.present = present;
    this.ledger = ledger;
    this.earlier = List.copyOf(earlier);
    this.joined = joined;
  }

  /** That of a directory that nobody publishes. */
  public static DirectorySource unpublished() {
    return new DirectorySource(
        KnownName.create(UNPUBLISHED, List.of()), "", List.of(), JoinedLines.NONE);
  }

  /**
   * What a directory publishes as; empty where it was never replicated.
   *
   * @throws IOException where there is none, it must not be trusted, or its state is damaged
   */
  public static Optional<DirectorySource> read(Path directory) throws IOException {
    return new StateFile(Directory.open(directory)).read();
  }

  /** A source that no ledger knows. */
  static DirectorySource create(String instance) {
    KnownName name = KnownName.create(SourceName.create(instance), List.of());
    return new DirectorySource(name, "", List.of(), JoinedLines.NONE);
  }

  /** The ledger's source. */
  public String name() {
    return present.name().toString();
  }

  /** The {@link Ledger#id} of the ledger that this is so in; empty before the first one. */
  public String ledger() {
    return ledger;
  }

  /** What the ledger's base has of the directory, of the types that add up. */
  public List<FamilyValues> folded() {
    return present.folded();
  }

  /**
   * Whether a ledger without the source of this has of the directory what it has without that of
   * another: it is the same one, or there is none yet of either, whose digits may differ then.
   */
  public boolean isAs(DirectorySource other) {
    boolean isSame =
        name().equals(other.name())
            || (!isTakenIn() && !other.isTakenIn() && folded().equals(other.folded()));
    return isSame && ledger.equals(other.ledger);
  }

  /** What gauges of its processes have as their label {@code instance}: the same in all lives. */
  public String instance() {
    return present.name().instance();
  }

  KnownName present() {
    return present;
  }

  List<KnownName> earlier() {
    return earlier;
  }

  JoinedLines joined() {
    return joined;
  }

  /** Whether that ledger has taken the name in. */
  boolean isTakenIn() {
    return present.takenInVersion() > 0;
  }

  /** The same, taken in by its ledger with a version. */
  DirectorySource takenIn(long version) {
    return new DirectorySource(present.takenIn(version), ledger, earlier, joined);
  }

  /** The source of a name that it has now or had before, or of a new one. */
  DirectorySource as(KnownName name, String ledgerId) {
    return moved(name, ledgerId, joined);
  }

  /** The next source of the line of a name. */
  DirectorySource next(SourceName of, List<FamilyValues> folded, String ledgerId) {
    int last = of.number();
    for (KnownName each : names()) {
      last = each.name().isOfLineOf(of) ? Math.max(last, each.name().number()) : last;
    }
    return as(KnownName.create(of.at(last + 1), folded), ledgerId);
  }

  /** The first source of a new line, which goes on for others. */
  DirectorySource inNewLine(List<FamilyValues> folded, String ledgerId, Set<String> others) {
    SourceName name = SourceName.create(instance());
    return moved(KnownName.create(name, folded), ledgerId, joined.with(name.line(), others));
  }

  private DirectorySource moved(KnownName to, String ledgerId, JoinedLines lines) {
    List<KnownName> before = new ArrayList<>(names());
    before.removeIf(each -> each.name().equals(to.name()));
    int surplus = Math.max(0, before.size() - MOST_EARLIER);
    List<KnownName> kept = before.subList(surplus, before.size());
    return new DirectorySource(to, ledgerId, kept, lines.onlyOf(to, kept));
  }

  /** All names that are known, the present one last. */
  List<KnownName> names() {
    List<KnownName> all = new ArrayList<>(earlier);
    all.add(present);
    return all;
  }

  /** Whether this goes on for another source, which has nothing then that it lacks. */
  boolean goesOnFor(SourceName other) {
    SourceName name = present.name();
    return other.instance().equals(name.instance())
        && (joined.of(name.line()).contains(other.line())
            || (other.line().equals(name.line()) && other.number() < name.number()));
  }

  /**
   * What this is in a ledger as that is now: another source where the ledger has retired this one,
   * lost its content, or had another one restored or merged. Writes nothing.
   *
   * @param scraper of this directory
   * @param nowMs of the host, in milliseconds of the Unix epoch
   * @throws io.tallystick.store.StoreException where the ledger does
   */
  public DirectorySource asIn(Ledger ledger, Scraper scraper, long nowMs) {
    return LedgerTraces.read(ledger, this).source(scraper, nowMs);
  }

  /**
   * What the directory has now and the ledger's base has not: what it would publish.
   *
   * @param scraper of this directory
   */
  public List<FamilyValues> values(Scraper scraper) {
    FoldedValues subtracted = FoldedValues.of(folded());
    return PublishedFamilies.readAll(scraper, instance()).stream()
        .map(subtracted::takenFrom)
        .toList();
  }
}
