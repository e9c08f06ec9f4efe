package io.tallystick.replication;

import io.tallystick.scrape.Scraper;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a ledger has of a directory, and so what the directory has to publish as.
 *
 * <p>A ledger that has a name of a line, as a source or as one whose lease ran out, has in its base
 * what publications under that name are less by. Which ledger it is makes no difference, so this
 * holds for one that was restored from an older backup too. One that has no name of any line was
 * emptied, and gets all that the directory has: under a name that is less by nothing, since that of
 * another name would not be true any more once a backup is merged. Where a ledger has names of
 * several lines, as after such a merge, a new line is less by what is folded of all of them, and
 * the sources of the others are emptied.
 *
 * <p>In the ledger that took the name in, a source that is not there was retired, however long ago:
 * then the next name is less by its {@link Ledger#baseline}, or by all that the directory has where
 * that is forgotten. Something may be missing in the ledger then, but nothing counts twice.
 */
final class LedgerTraces {
  private final Ledger ledger;
  private final String id;
  private final DirectorySource source;
  private final Map<SourceName, Long> versions; // of the ledger's sources that are the directory's

  private LedgerTraces(
      Ledger ledger, String id, DirectorySource source, Map<SourceName, Long> versions) {
    this.ledger = ledger;
    this.id = id;
    this.source = source;
    this.versions = versions;
  }

  static LedgerTraces read(Ledger ledger, DirectorySource source) {
    String id = ledger.id();
    Set<String> lines = new LinkedHashSet<>(source.joined().of(source.present().name().line()));
    source.names().forEach(each -> lines.add(each.name().line()));
    Map<SourceName, Long> versions = new HashMap<>();
    for (Ledger.Source each : ledger.sources()) {
      if (SourceName.isOne(each.name())) {
        SourceName name = SourceName.of(each.name());
        if (name.instance().equals(source.instance()) && lines.contains(name.line())) {
          versions.put(name, each.version());
        }
      }
    }
    return new LedgerTraces(ledger, id, source, versions);
  }

  /** What the directory publishes as: what it did, or another source. */
  DirectorySource source(Scraper scraper, long nowMs) {
    boolean isSame = source.ledger().equals(id);
    SourceName present = source.present().name();
    if (isSame && isThere(source.present(), true)) {
      List<Tip> tips = uncovered(with(tipOfPresent(), othersTips(scraper, nowMs)));
      boolean isAlone = tips.size() == 1 && tips.get(0).name().equals(present);
      return isAlone ? source : adopted(tips, nowMs);
    }
    if (isSame && newestThere(present, true).isEmpty()) { // else an older content is back
      return retired(scraper, nowMs);
    }
    List<Tip> others = othersTips(scraper, nowMs);
    List<Tip> tips =
        tip(present, isSame, scraper, nowMs).map(tip -> with(tip, others)).orElse(others);
    return adopted(uncovered(tips), nowMs);
  }

  /** Whether a name is a source, and not one that a late publication has made again. */
  private boolean isThere(KnownName name, boolean isSame) {
    Long version = versions.get(name.name());
    return version != null && (isSame ? version >= name.takenInVersion() : !name.isUnused());
  }

  private DirectorySource retired(Scraper scraper, long nowMs) {
    KnownName present = source.present();
    Optional<List<FamilyValues>> baseline = ledger.baseline(present.name().toString());
    if (baseline.isPresent()) {
      return source.next(present.name(), sum(present.folded(), baseline.get(), nowMs), id);
    }
    return source.isTakenIn() ? source.next(present.name(), all(scraper), id) : source;
  }

  /** What a directory publishes as whose source the ledger refuses as one that was retired. */
  static DirectorySource behindRetired(
      Ledger ledger, DirectorySource source, Scraper scraper, long nowMs) {
    LedgerTraces traces = new LedgerTraces(ledger, ledger.id(), source, Map.of());
    DirectorySource next = traces.retired(scraper, nowMs);
    return next.equals(source)
        ? source.next(source.present().name(), traces.all(scraper), traces.id)
        : next;
  }

  /**
   * What a line's newest name in the ledger says.
   *
   * @param version of the source; 0 where it is not there
   */
  private record Tip(SourceName name, long version, List<FamilyValues> folded) {
    boolean isThere() {
      return version > 0;
    }
  }

  private Tip tipOf(SourceName there, List<FamilyValues> folded) {
    return new Tip(there, versions.getOrDefault(there, 0L), folded);
  }

  private Tip tipOfPresent() {
    return tipOf(source.present().name(), source.folded());
  }

  private static List<Tip> with(Tip present, List<Tip> others) {
    List<Tip> all = new ArrayList<>(List.of(present));
    all.addAll(others);
    return all;
  }

  /** The tips of the other lines: of another ledger, in which versions are others. */
  private List<Tip> othersTips(Scraper scraper, long nowMs) {
    Set<String> seen = new LinkedHashSet<>(Set.of(source.present().name().line()));
    List<Tip> tips = new ArrayList<>();
    for (KnownName each : source.earlier()) {
      if (seen.add(each.name().line())) {
        tip(each.name(), false, scraper, nowMs).ifPresent(tips::add);
      }
    }
    return tips;
  }

  /** Those of lines that no other one of them goes on for. */
  private List<Tip> uncovered(List<Tip> tips) {
    Set<String> covered = new LinkedHashSet<>();
    tips.forEach(tip -> covered.addAll(source.joined().of(tip.name().line())));
    return tips.stream().filter(tip -> !covered.contains(tip.name().line())).toList();
  }

  private Optional<Tip> tip(SourceName of, boolean isSame, Scraper scraper, long nowMs) {
    Optional<SourceName> there = newestThere(of, isSame);
    List<KnownName> names = namesOfLine(of);
    for (KnownName each : names) {
      if (each.isUnused() && !isSame) {
        continue;
      }
      if (there.isPresent() && each.name().equals(there.get())) {
        return Optional.of(tipOf(each.name(), each.folded()));
      }
      Optional<List<FamilyValues>> baseline = ledger.baseline(each.name().toString());
      if (baseline.isPresent()) {
        List<FamilyValues> folded = sum(each.folded(), baseline.get(), nowMs);
        return Optional.of(new Tip(each.name(), 0, folded));
      }
    }
    // one whose values are not known any more
    return there.map(name -> new Tip(name, 0, all(scraper)));
  }

  private List<KnownName> namesOfLine(SourceName of) {
    return source.names().stream()
        .filter(each -> each.name().isOfLineOf(of))
        .sorted(Comparator.comparingInt((KnownName each) -> each.name().number()).reversed())
        .toList();
  }

  /** The newest source of the line of a name. */
  private Optional<SourceName> newestThere(SourceName of, boolean isSame) {
    Set<SourceName> madeAgain = new LinkedHashSet<>();
    for (KnownName each : namesOfLine(of)) {
      if (!isThere(each, isSame)) {
        madeAgain.add(each.name());
      }
    }
    return versions.keySet().stream()
        .filter(each -> each.isOfLineOf(of) && !madeAgain.contains(each))
        .max(Comparator.comparingInt(SourceName::number));
  }

  private DirectorySource adopted(List<Tip> tips, long nowMs) {
    if (tips.isEmpty()) {
      return source.folded().isEmpty()
          ? source.as(source.present().takenIn(0), id)
          : source.inNewLine(List.of(), id, Set.of());
    }
    if (tips.size() == 1) {
      Tip tip = tips.get(0);
      return tip.isThere()
          ? source.as(new KnownName(tip.name(), tip.version(), tip.folded()), id)
          : source.next(tip.name(), tip.folded(), id);
    }
    List<FamilyValues> folded = List.of();
    Set<String> lines = new LinkedHashSet<>();
    for (Tip tip : tips) {
      folded = sum(folded, tip.folded(), nowMs);
      lines.add(tip.name().line());
    }
    return source.inNewLine(folded, id, lines);
  }

  private static List<FamilyValues> sum(
      List<FamilyValues> values, List<FamilyValues> later, long nowMs) {
    return FoldedValues.of(values).plus(later, nowMs);
  }

  private List<FamilyValues> all(Scraper scraper) {
    return FoldedValues.of(PublishedFamilies.readAll(scraper, source.instance())).values();
  }
}
