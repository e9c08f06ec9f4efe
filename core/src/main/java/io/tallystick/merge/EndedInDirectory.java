package io.tallystick.merge;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.EndedSeries;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds out which of a process' records count for nothing once they have ended: it reads the
 * records of all files of a directory, and the lives of the series that this process has, too.
 */
public final class EndedInDirectory implements EndedSeries {
  private final Directory directory;

  public EndedInDirectory(Directory directory) {
    this.directory = directory;
  }

  @Override
  public Set<Integer> find(List<ProcessFileReader> own, long nowMs) throws IOException {
    Merge merge = new Merge();
    merge.at(nowMs);
    Source source = new Source(own.get(0), true);
    merge.poll(source);
    merge.takeLives(source);
    if (source.fault() != null) {
      throw new IOException("own file is faulty: " + source.fault());
    }
    for (ProcessFileReader inHeap : own.subList(1, own.size())) {
      merge.lookAt(new Source(inHeap, true));
    }
    Token token = own.get(0).token();
    new Bystanders(directory, merge).lookAt(other -> !other.equals(token));
    lookAtRetired(merge);
    merge.settleLives();
    Set<Integer> past = new HashSet<>();
    source.addPast(nowMs, past);
    return past;
  }

  /** Comes last: what a fold has moved there since the directory was listed is in it. */
  private void lookAtRetired(Merge merge) throws IOException {
    try (ProcessFileReader reader = directory.openDead(directory.retiredFile())) {
      Source retired = new Source(reader, false);
      merge.lookAt(retired);
      if (retired.fault() != null) {
        throw new IOException("retired file is faulty: " + retired.fault());
      }
    } catch (NoSuchFileException e) {
      return; // nobody has died
    } catch (CorruptFileException | InternalError e) {
      throw new IOException("retired file cannot be read", e);
    }
  }
}
