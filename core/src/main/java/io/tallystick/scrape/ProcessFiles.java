package io.tallystick.scrape;

import io.tallystick.merge.Merge;
import io.tallystick.merge.Source;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a merge in step with the process files of a directory. While one cannot be read, what was
 * taken in of it before goes on counting.
 */
final class ProcessFiles {
  private final Directory directory;
  private final @Nullable Token own;
  private final FaultLog faults;
  private final Map<Token, Source> sources = new HashMap<>();
  private final Set<Source> stale = new HashSet<>(); // to be opened again
  private final Set<Token> dead = new HashSet<>();
  private int unreadable;

  /**
   * @param own the process whose values are read otherwise
   */
  ProcessFiles(Directory directory, @Nullable Token own, FaultLog faults) {
    this.directory = directory;
    this.own = own;
    this.faults = faults;
  }

  /**
   * Takes in the files that are there, and leaves out those that have gone.
   *
   * @param retired says whose values it has; a file of theirs counts no more. While it cannot be
   *     read, a process that vanished into it counts as it did
   * @param withDead whether dead processes are read as they are, or left as they were
   */
  void takeIn(Merge merge, RetiredFile retired, boolean withDead) throws IOException {
    Set<Token> folded = retired.tokens();
    List<Source> gone = new ArrayList<>();
    Set<Token> listed = new HashSet<>();
    dead.clear();
    unreadable = 0;
    for (Token token : list()) {
      if (folded.contains(token) || token.equals(own)) {
        continue;
      }
      listed.add(token);
      boolean live = directory.isAlive(token);
      if (!live) {
        dead.add(token);
        if (!withDead) {
          continue;
        }
      }
      Source known = sources.get(token);
      if (known == null) {
        add(token, live, merge);
      } else if ((known.isLive() != live || stale.contains(known)) && add(token, live, merge)) {
        gone.add(known);
      }
    }
    if (!retired.isFaulty()) {
      for (Token token : List.copyOf(sources.keySet())) {
        if (!listed.contains(token)) {
          gone.add(sources.remove(token));
        }
      }
    }
    merge.remove(gone);
    stale.removeAll(gone);
  }

  /** The files that are there; where that cannot be found out, those of the known ones. */
  private Collection<Token> list() {
    try {
      return directory.tokens();
    } catch (NoSuchFileException | NotDirectoryException e) {
      faults.say(directory.path(), e); // deleted under us: what this process counts is still shown
      return List.of();
    } catch (IOException e) {
      faults.say(directory.path(), e);
      Set<Token> known = new HashSet<>(sources.keySet());
      known.removeIf(token -> Files.notExists(directory.file(token), LinkOption.NOFOLLOW_LINKS));
      return known;
    }
  }

  /**
   * Takes in a file, in the place of what was taken in of it before.
   *
   * @return false where it cannot be read now: what was read of it before goes on counting
   */
  private boolean add(Token token, boolean live, Merge merge) throws IOException {
    Path file = directory.file(token);
    try {
      Source source = new Source(live ? directory.openLive(file) : directory.openDead(file), live);
      merge.add(source);
      sources.put(token, source);
      return true;
    } catch (NoSuchFileException e) {
      return false; // folded since it was listed, which the check of the retired file will tell
    } catch (CorruptFileException e) {
      unreadable++;
      faults.say(file, e);
      sources.remove(token);
      return true;
    } catch (IOException e) {
      unreadable++;
      faults.say(file, e);
      return false;
    }
  }

  /** The processes that were dead when they were listed, and are not in the retired file. */
  Set<Token> dead() {
    return dead;
  }

  boolean contains(Source source) {
    return sources.containsValue(source);
  }

  /** Takes a file in anew the next time; what was read of it counts until then. */
  void setStale(Source source) {
    stale.add(source);
  }

  /** Forgets what was taken in of a file, which has gone from the merge. */
  void forget(Source source) {
    unreadable++;
    stale.remove(source);
    sources.values().remove(source);
  }

  void clear() {
    sources.clear();
  }

  void count(SelfMetrics.Numbers numbers) {
    numbers.corrupt += unreadable;
    for (Source source : sources.values()) {
      if (source.isLive()) {
        numbers.countLive(source.reader());
      } else {
        numbers.dead++;
        numbers.bytes += source.reader().lengthBytes();
      }
    }
  }
}
