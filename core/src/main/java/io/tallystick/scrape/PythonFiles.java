package io.tallystick.scrape;

import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFile;
import io.tallystick.merge.PythonSource;
import io.tallystick.python.PythonFile;
import io.tallystick.python.PythonFileName;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps a merge in step with client_python's files of a directory. They count while they are there;
 * nothing of them is folded, and none is deleted.
 */
final class PythonFiles {
  private final Directory directory;
  private final FaultLog faults;
  private final Map<Path, PythonSource> sources = new HashMap<>();
  private int unreadable;

  PythonFiles(Directory directory, FaultLog faults) {
    this.directory = directory;
    this.faults = faults;
  }

  /** Takes in the files that are there, and leaves out those that have gone or are others now. */
  void takeIn(Merge merge) throws IOException {
    Set<Path> listed = list();
    List<PythonSource> gone = new ArrayList<>();
    unreadable = 0;
    for (Path file : listed) {
      PythonSource known = sources.get(file);
      if (known != null && !isCurrent(file, known)) {
        gone.add(known);
        sources.remove(file);
        known = null;
      }
      if (known == null) {
        add(file, merge);
      }
    }
    for (Path file : List.copyOf(sources.keySet())) {
      if (!listed.contains(file)) {
        gone.add(sources.remove(file));
      }
    }
    merge.remove(gone);
  }

  /** The files that are there; where that cannot be found out, those that are known. */
  private Set<Path> list() {
    Set<Path> listed = new TreeSet<>();
    try (var files = Files.newDirectoryStream(directory.path(), "*" + PythonFileName.ENDING)) {
      for (Path file : files) {
        if (PythonFileName.parse(file.getFileName().toString()) != null) {
          listed.add(file);
        }
      }
      return listed;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return new TreeSet<>(); // which the listing of the process files has said
    } catch (IOException | DirectoryIteratorException e) {
      faults.say(directory.path(), e);
      return new TreeSet<>(sources.keySet());
    }
  }

  private boolean isCurrent(Path file, PythonSource known) {
    try {
      return !known.isCut();
    } catch (IOException e) {
      faults.say(file, e); // what was read of it goes on counting
      return true;
    }
  }

  private void add(Path file, Merge merge) throws IOException {
    try {
      directory.requireTrusted(file);
      PythonSource source = new PythonSource(PythonFile.open(file));
      merge.add(source);
      sources.put(file, source);
    } catch (NoSuchFileException e) {
      return; // deleted since it was listed
    } catch (IOException | CorruptFileException e) {
      unreadable++;
      faults.say(file, e);
    }
  }

  /** Forgets a file, to be opened anew if it is there. */
  void remove(MergedFile source) {
    sources.values().remove(source);
  }

  void clear() {
    sources.clear();
  }

  void count(SelfMetrics.Numbers numbers) {
    numbers.python = sources.size();
    numbers.corrupt += unreadable;
    for (PythonSource source : sources.values()) {
      numbers.bytes += source.file().lengthBytes();
    }
  }
}
