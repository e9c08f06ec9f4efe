package io.tallystick.fleet;

import io.tallystick.merge.MergedFamily;
import io.tallystick.replication.DirectorySource;
import io.tallystick.scrape.Scraper;
import io.tallystick.store.FamilyCells;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is shown live beside what a ledger has of all others.
 *
 * <p>A reading of the ledger leaves out the source that the directory is there. Others may retire
 * it meanwhile, and its replicator goes on under another name then; so one looks behind the reading
 * whether the directory is still the same source, and reads again where it is not. What the ledger
 * has folded of the directory is taken from what it has now. So nothing counts twice, and nothing
 * is missing.
 *
 * <p>Threading: one thread reads the ledger, any thread the directory.
 */
final class PublishedDirectory {
  private static final int TRIES = 5;

  private final Scraper scraper;
  private final InstantSource clock;
  private @Nullable DirectorySource latest;

  PublishedDirectory(Scraper scraper, InstantSource clock) {
    this.scraper = scraper;
    this.clock = clock;
  }

  /**
   * Reads a ledger without what it has of the directory.
   *
   * @throws StoreException where the ledger or the directory's state cannot be read
   */
  LedgerContent read(Ledger ledger) {
    DirectorySource source = latest == null ? sourceIn(ledger) : latest;
    for (int i = 0; i < TRIES; i++) {
      long startNs = System.nanoTime();
      LedgerParts parts = ledger.parts(Set.of(source.name()));
      DirectorySource after = sourceIn(ledger);
      latest = after;
      if (after.isAs(source)) {
        return LedgerContent.ofNow(parts, after, startNs);
      }
      source = after;
    }
    throw new StoreException(
        Category.TRANSIENT, "source of the directory changes too fast: source=" + source.name());
  }

  private DirectorySource sourceIn(Ledger ledger) {
    try {
      return DirectorySource.read(scraper.directory())
          .map(source -> source.asIn(ledger, scraper, clock.millis()))
          .orElseGet(DirectorySource::unpublished); // no ledger has it, so none is asked
    } catch (IOException e) {
      throw new StoreException(Category.PERMANENT, String.valueOf(e.getMessage()), e);
    }
  }

  /** What the directory has now, Tallystick's own families apart, and the ledger's base has not. */
  List<FamilyValues> values(DirectorySource source) {
    return source.values(scraper);
  }

  /** What the scraper of the directory says of it and of itself. */
  List<FamilyValues> ownValues() {
    return scraper.readOwn(
        families -> families.stream().map(PublishedDirectory::seriesThatAreSeen).toList());
  }

  private static FamilyValues seriesThatAreSeen(MergedFamily family) {
    return FamilyCells.of(family, Arrays.stream(family.order()).filter(family::isSeen).toArray());
  }
}
