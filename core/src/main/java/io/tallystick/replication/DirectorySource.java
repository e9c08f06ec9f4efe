package io.tallystick.replication;

import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a directory publishes as: the name of a ledger's source, and what the ledger has folded
 * under earlier names. It is kept in the directory, so that it lasts as long as the values do: a
 * directory that is made anew after a reboot is another source.
 *
 * @param name the source; {@code <name>-<16 hexadecimal digits>}, and with {@code .2}, {@code .3}
 *     and so on behind it where the ledger has retired the one before
 * @param ledger the {@link io.tallystick.store.Ledger#id} of the ledger that this is so in; empty
 *     before the first one
 * @param isTakenIn whether that ledger has taken in a publication of this name
 * @param folded what the ledger's base has of the directory, of the types that add up
 */
public record DirectorySource(
    String name, String ledger, boolean isTakenIn, List<FamilyValues> folded) {
  private static final Pattern NAME =
      Pattern.compile("(.+)-[0-9a-f]{16}(?:\\.(\\d{1,9}))?", Pattern.DOTALL);

  /** Copies the list. */
  public DirectorySource {
    folded = List.copyOf(folded);
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
  static DirectorySource create(String name) {
    String digits = String.format("%016x", UUID.randomUUID().getMostSignificantBits());
    return new DirectorySource(name + '-' + digits, "", false, List.of());
  }

  /** The same, taken in by its ledger. */
  DirectorySource takenIn() {
    return new DirectorySource(name, ledger, true, folded);
  }

  /** The number of the name: the first is 1. */
  private int number() {
    String number = matched().group(2);
    return number == null ? 1 : Integer.parseInt(number);
  }

  /** The directory's name of a number. */
  private String nameAt(int number) {
    String own = matched().group(2);
    String first = own == null ? name : name.substring(0, name.length() - own.length() - 1);
    return number == 1 ? first : first + '.' + number;
  }

  /** What gauges of its processes have as their label {@code instance}: the same in all lives. */
  public String instance() {
    return String.valueOf(matched().group(1));
  }

  private Matcher matched() {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no name of a directory's source: name=" + name);
    }
    return matcher;
  }

  /**
   * What this is in a ledger as that is now: another source where the ledger has retired this one,
   * lost its content, or had an older one restored. Writes nothing.
   *
   * @param scraper of this directory
   * @param nowMs of the host, in milliseconds of the Unix epoch
   * @throws io.tallystick.store.StoreException where the ledger does
   */
  public DirectorySource asIn(Ledger ledger, Scraper scraper, long nowMs) {
    String ledgerId = ledger.id();
    Set<String> present =
        ledger.sources().stream().map(Ledger.Source::name).collect(Collectors.toSet());
    DirectorySource own =
        ledger().equals(ledgerId) ? this : adopted(ledger, ledgerId, present, nowMs);
    if (present.contains(own.name)) {
      return own;
    }
    Optional<List<FamilyValues>> baseline = ledger.baseline(own.name);
    return baseline.isPresent() || own.isTakenIn ? own.next(baseline, scraper, nowMs) : own;
  }

  /**
   * What a ledger has of the directory whose content is another one than before: the newest of its
   * names that is a source there, and what is remembered there to be folded of the names before:
   * also where nothing was folded in the ledger that this one is in the place of, as in an empty
   * one before its backup was restored.
   */
  private DirectorySource adopted(Ledger ledger, String ledgerId, Set<String> present, long nowMs) {
    if (present.contains(name) && !folded.isEmpty()) {
      return new DirectorySource(name, ledgerId, true, folded);
    }
    int number = number();
    int newest = number;
    while (newest > 0 && !present.contains(nameAt(newest))) {
      newest--;
    }
    number = newest > 0 ? newest : number;
    FoldedValues total = FoldedValues.of(List.of());
    for (int earlier = 1; earlier < number; earlier++) {
      Optional<List<FamilyValues>> baseline = ledger.baseline(nameAt(earlier));
      if (baseline.isPresent()) {
        total = FoldedValues.of(total.plus(baseline.get(), nowMs));
      }
    }
    return new DirectorySource(nameAt(number), ledgerId, newest > 0, total.values());
  }

  /**
   * The source of the next name, once this one is retired.
   *
   * @param baseline what the ledger has folded under this one; empty where it does not know it any
   *     more, or where somebody else said that the directory had ended. What the directory has now
   *     is taken for it then: something may be missing in the ledger, but nothing counts twice.
   */
  DirectorySource next(Optional<List<FamilyValues>> baseline, Scraper scraper, long nowMs) {
    List<FamilyValues> total =
        baseline.isPresent()
            ? FoldedValues.of(folded).plus(baseline.get(), nowMs)
            : FoldedValues.of(PublishedFamilies.readAll(scraper, instance())).values();
    return new DirectorySource(nameAt(number() + 1), ledger, false, total);
  }

  /**
   * What the directory has now and the ledger's base has not: what it would publish.
   *
   * @param scraper of this directory
   */
  public List<FamilyValues> values(Scraper scraper) {
    FoldedValues subtracted = FoldedValues.of(folded);
    return PublishedFamilies.readAll(scraper, instance()).stream()
        .map(subtracted::takenFrom)
        .toList();
  }
}
