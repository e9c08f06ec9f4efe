package io.tallystick.merge;

import io.tallystick.python.PythonFile;
import io.tallystick.python.PythonFileName;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.SeriesLimits;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Checks every file of a directory, and whether its processes agree. */
public final class Verification {
  private static final int MOST_FAMILIES = 20;

  private final Directory directory;
  private final List<Fault> faults = new ArrayList<>();
  private final Merge merge = new Merge();
  private List<FamilySize> greatest = List.of();

  private Verification(Directory directory) {
    this.directory = directory;
  }

  /** The faults of a directory; none where all is well. */
  public static List<Fault> verify(Path path) throws IOException {
    return report(path).faults();
  }

  /** The faults of a directory, and its families with the most series. */
  public static Report report(Path path) throws IOException {
    Verification verification = new Verification(Directory.open(path));
    verification.run();
    return new Report(List.copyOf(verification.faults), verification.greatest);
  }

  private void run() throws IOException {
    if (!Files.notExists(directory.retiredFile(), LinkOption.NOFOLLOW_LINKS)) {
      check(directory.retiredFile(), false);
    }
    for (Token token : directory.tokens()) {
      check(directory.file(token), directory.isAlive(token));
    }
    for (Path file : files("*" + PythonFileName.ENDING)) {
      check(file, true);
    }
    checkNames();
    String fault = SeriesLimits.fault(directory);
    if (fault != null) {
      faults.add(new Fault(directory.seriesIndex(), fault));
    }
    for (MergedFamily family : merge.conflicts()) {
      faults.add(
          new Fault(
              directory.path(),
              "left out, an older registration has another type or mode: family="
                  + family.metadata().getName()
                  + " type="
                  + family.type()
                  + " mode="
                  + family.mode()
                  + " series="
                  + family.seenSize()));
    }
    greatest = FamilySize.greatest(merge, MOST_FAMILIES);
    merge.remove(List.copyOf(merge.sources()));
  }

  private void check(Path file, boolean live) throws IOException {
    try {
      MergedFile source = open(file, live);
      merge.add(source);
      merge.takeLives(source);
      merge.accumulate(source, Long.MIN_VALUE); // finds values that cannot be
      String fault = source.fault();
      if (fault != null) {
        faults.add(new Fault(file, fault));
      }
    } catch (NoSuchFileException e) {
      return; // folded since it was listed
    } catch (CorruptFileException e) {
      faults.add(new Fault(file, String.valueOf(e.getMessage())));
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      faults.add(new Fault(file, "file was cut while it was read"));
    } catch (IOException e) {
      faults.add(new Fault(file, "cannot be read: " + e));
    }
  }

  private MergedFile open(Path file, boolean live) throws IOException, CorruptFileException {
    if (file.toString().endsWith(PythonFileName.ENDING)) {
      directory.requireTrusted(file);
      return new PythonSource(PythonFile.open(file));
    }
    return new Source(live ? directory.openLive(file) : directory.openDead(file), live);
  }

  /** Names that look like ours and are not: nobody reads such files. */
  private void checkNames() throws IOException {
    List<Path> strays = new ArrayList<>(files("*.tally"));
    strays.remove(directory.retiredFile());
    for (Token token : directory.tokens()) {
      strays.remove(directory.file(token));
    }
    strays.forEach(file -> faults.add(new Fault(file, "has no process file's name")));
  }

  /** The files of the directory with names of a pattern, in order. */
  private List<Path> files(String pattern) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var found = Files.newDirectoryStream(directory.path(), pattern)) {
      found.forEach(files::add);
    }
    Collections.sort(files);
    return files;
  }

  /**
   * What was found.
   *
   * @param greatest the families with the most series, those first
   */
  public record Report(List<Fault> faults, List<FamilySize> greatest) {}

  /** What is wrong with a file, or with what it says. */
  public record Fault(Path file, String what) {
    @Override
    public String toString() {
      return file + ": " + what;
    }
  }
}
