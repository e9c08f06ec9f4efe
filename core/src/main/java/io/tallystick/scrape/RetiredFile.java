package io.tallystick.scrape;

import io.tallystick.merge.Merge;
import io.tallystick.merge.Source;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a merge in step with the retired file of a directory. While it cannot be read, what was
 * taken in of it before goes on counting.
 */
final class RetiredFile {
  private final Directory directory;
  private final FaultLog faults;
  private @Nullable Source source;
  private boolean faulty;
  private @Nullable Token faultyToken;
  private boolean stale;

  RetiredFile(Directory directory, FaultLog faults) {
    this.directory = directory;
    this.faults = faults;
  }

  /** Takes in the file if it is another than before. */
  void takeIn(Merge merge) throws IOException {
    faulty = false;
    faultyToken = null;
    try {
      take(directory.openDead(directory.retiredFile()), merge);
    } catch (NoSuchFileException e) {
      if (source != null) {
        merge.remove(List.of(source));
        source = null;
      }
    } catch (IOException | CorruptFileException e) {
      faulty = true;
      faults.say(directory.retiredFile(), e);
    }
  }

  private void take(ProcessFileReader reader, Merge merge) throws IOException {
    Source present = source;
    if (present != null && !stale && reader.token().equals(present.reader().token())) {
      faulty = present.fault() == null && reader.isShort();
      reader.close();
      return;
    }
    stale = false;
    Source next = new Source(reader, false);
    merge.add(next);
    String fault = next.fault();
    if (present == null) {
      source = next;
    } else if (fault == null) {
      source = next;
      merge.remove(List.of(present));
    } else {
      faulty = true;
      faultyToken = reader.token();
      faults.say(directory.retiredFile(), fault);
      merge.remove(List.of(next));
    }
  }

  /** Whether the file is still the one that was taken in, be it with a fault. */
  boolean isCurrent() throws IOException {
    Source present = source;
    try (ProcessFileReader reader = directory.openDead(directory.retiredFile())) {
      return reader.token().equals(faultyToken)
          || (present != null && reader.token().equals(present.reader().token()));
    } catch (NoSuchFileException e) {
      return present == null;
    } catch (IOException | CorruptFileException e) {
      return faulty;
    }
  }

  /** Whether what counts is not, or not all of, what the file has now. */
  boolean isFaulty() {
    return faulty;
  }

  /** The processes whose values are in it. */
  Set<Token> tokens() {
    return source == null ? Set.of() : source.reader().tokens();
  }

  /** Takes the file in anew the next time; what was read of it counts until then. */
  void setStale() {
    stale = true;
  }

  /** Forgets what was taken in, which has gone from the merge. */
  void forget() {
    faulty = true;
    stale = false;
    source = null;
  }

  void count(SelfMetrics.Numbers numbers) {
    numbers.corrupt += faulty ? 1 : 0;
    if (source != null) {
      numbers.retired = source.reader().retiredProcesses();
      numbers.bytes += source.reader().lengthBytes();
    }
  }
}
