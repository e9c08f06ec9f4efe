package io.tallystick.shm;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.LongHashSet;

/**
 * The distinct series of a directory's process files and its retired file, as far as they can be
 * read: those that a process has removed, and those of dead processes that only a living one shows,
 * are left out.
 *
 * <p>Whoever takes it holds the retire lock, so that no series is between two files.
 */
final class SeriesCensus {
  private final LongHashSet series = new LongHashSet();
  private final Map<Long, Long> families = new HashMap<>();
  private final byte[] scratch = new byte[Records.MAX_LENGTH];

  private SeriesCensus() {}

  static SeriesCensus of(Directory directory) throws IOException {
    SeriesCensus census = new SeriesCensus();
    Set<Token> folded = new HashSet<>();
    if (!Files.notExists(directory.retiredFile(), LinkOption.NOFOLLOW_LINKS)) {
      folded.addAll(census.add(directory, directory.retiredFile(), false));
    }
    for (Token token : directory.tokens()) {
      if (!folded.contains(token)) {
        Set<Token> unused = census.add(directory, directory.file(token), directory.isAlive(token));
      }
    }
    return census;
  }

  /** Adds a file up to its first fault, and returns the tokens that it names. */
  private Set<Token> add(Directory directory, Path file, boolean isLive)
      throws ClosedByInterruptException {
    FileSeries found = new FileSeries(isLive);
    Set<Token> tokens = Set.of();
    try (ProcessFileReader reader = isLive ? directory.openLive(file) : directory.openDead(file)) {
      tokens = reader.tokens();
      reader.poll(found);
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException e) {
      found.addAll(); // a scrape shows what comes before the fault, too
      return tokens;
    }
    found.addAll();
    return tokens;
  }

  long families() {
    return families.size();
  }

  long series() {
    return series.size();
  }

  /** Puts all into a table that nobody knows yet. */
  void fill(IndexTable table) {
    LongHashSet.LongIterator hashes = series.iterator();
    while (hashes.hasNext()) {
      table.addSeries(hashes.nextValue());
    }
    families.forEach(table::addFamily);
  }

  /** The series of one file, which it may say later that they were removed. */
  private final class FileSeries implements RecordVisitor {
    private final boolean isLive;
    private final List<SeriesHash> known = new ArrayList<>();
    private final List<Boolean> counts = new ArrayList<>();
    private final Int2ObjectHashMap<Found> byCell = new Int2ObjectHashMap<>();

    FileSeries(boolean isLive) {
      this.isLive = isLive;
    }

    @Override
    public void family(int number, FamilyDescriptor descriptor) {
      known.add(new SeriesHash(descriptor));
      counts.add(isLive || !descriptor.mode().isLive());
    }

    @Override
    public void series(SeriesRecord record) {
      SeriesHash hash = known.get(record.family());
      long found = counts.get(record.family()) ? hash.of(record, scratch) : SeriesHash.NONE;
      if (found != SeriesHash.NONE) {
        byCell.put(record.cell(), new Found(hash.family(), found));
      }
    }

    @Override
    public void removed(int family, int cell) {
      byCell.remove(cell);
    }

    void addAll() {
      byCell
          .values()
          .forEach(
              found -> {
                if (series.add(found.series)) {
                  families.merge(found.family, 1L, Long::sum);
                }
              });
    }
  }

  private record Found(long family, long series) {}
}
