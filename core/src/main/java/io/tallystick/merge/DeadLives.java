package io.tallystick.merge;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When the series of the dead lived, which a fold must know before it adds any value: what had
 * expired when the rest began is left out.
 */
final class DeadLives {
  private final Directory directory;
  private final Merge merge;
  private final long nowMs;
  private final Map<Token, Source> sources = new HashMap<>();

  DeadLives(Directory directory, Merge merge, long nowMs) {
    this.directory = directory;
    this.merge = merge;
    this.nowMs = nowMs;
  }

  /**
   * Takes in the files with series that can expire.
   *
   * @param retired what the retired file has, whose records the merge knows
   * @return false where a dead process' file is faulty
   */
  boolean take(List<Token> dead, Set<Token> folded, @Nullable Source retired) throws IOException {
    for (Token token : dead) {
      if (!poll(token)) {
        return false;
      }
    }
    if (!merge.hasLives()) {
      return true;
    }
    try {
      sources.values().forEach(merge::takeLives);
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      return false;
    }
    if (retired != null) {
      merge.takeLives(retired);
    }
    Set<Token> taken = new HashSet<>(folded);
    taken.addAll(sources.keySet());
    new Bystanders(directory, merge).lookAt(token -> !taken.contains(token));
    merge.settleLives();
    return true;
  }

  private boolean poll(Token token) throws IOException {
    try (ProcessFileReader reader = directory.openDead(directory.file(token))) {
      if (reader.hasLives() && !reader.isAwaitingItsNext(nowMs)) {
        Source source = new Source(reader, false);
        merge.poll(source);
        sources.put(token, source);
      }
      return true;
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException | InternalError e) {
      return false;
    }
  }

  /** A file that was taken in; null where it has no such series. */
  @Nullable Source takeSource(Token token) {
    return sources.remove(token);
  }
}
