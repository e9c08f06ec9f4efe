package io.tallystick.sd.generate;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The generators below one root folder, found afresh at each call.
 *
 * <p>Folders are walked, links to folders are not. A name that starts with {@code _} or a full stop
 * hides what bears it, whether it is found or asked for. A link to a file counts as a file where
 * what it leads to lies below the root, under any name: so folders work whose files are links to
 * versions of them, as Kubernetes makes them.
 */
final class GeneratorTree {
  private final Path root;
  private final FileGenerators files;
  private final List<Generator> inJava;

  GeneratorTree(Path root, FileGenerators files, List<Generator> inJava) {
    this.root = root;
    this.files = files;
    this.inJava = List.copyOf(inJava);
  }

  /** Whether a text can be a path: names that are not hidden, parted by single slashes. */
  static boolean isPath(String text) {
    if (text.isEmpty()) {
      return true;
    }
    for (String name : text.split("/", -1)) {
      if (name.isEmpty() || isHidden(name)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHidden(String name) {
    return name.startsWith("_") || name.startsWith(".");
  }

  /**
   * What stands at a path and below it, sorted by path; nothing where there is no such path.
   *
   * @throws IOException if the root cannot be read
   */
  List<Generator> below(String path) throws IOException {
    List<Generator> found = new ArrayList<>();
    visit(
        path,
        generator -> {
          found.add(generator);
          return false;
        });
    found.sort(Comparator.comparing(Generator::path));
    return found;
  }

  /** Whether there is a generator at a path or below it; false where the root cannot be read. */
  boolean hasGenerator(String path) {
    try {
      return visit(path, Generator::isGenerator);
    } catch (IOException e) {
      return false;
    }
  }

  /** Each path that has a generator, sorted. */
  SortedSet<String> paths() throws IOException {
    SortedSet<String> paths = new TreeSet<>();
    for (Generator each : below("")) {
      String path = each.path();
      while (each.isGenerator() && paths.add(path)) {
        path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
      }
    }
    return paths;
  }

  /** Shows what stands at a path and below it, until one is what was looked for. */
  private boolean visit(String path, Predicate<Generator> isLookedFor) throws IOException {
    if (!isPath(path)) {
      return false;
    }
    Path real = root.toRealPath();
    Optional<Path> start = find(real, path);
    if (start.isPresent() && walk(path, start.get(), real, isLookedFor)) {
      return true;
    }
    String folder = folder(path);
    return inJava.stream()
        .filter(each -> each.path().equals(path) || each.path().startsWith(folder))
        .anyMatch(isLookedFor);
  }

  private static String folder(String path) {
    return path.isEmpty() ? "" : path + "/";
  }

  /** The file or folder of a path; each folder on the way is one itself, not a link. */
  private static Optional<Path> find(Path real, String path) {
    try {
      Path at = real;
      for (String name : path.isEmpty() ? new String[0] : path.split("/", -1)) {
        if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
          return Optional.empty();
        }
        at = at.resolve(name);
      }
      return Files.exists(at, LinkOption.NOFOLLOW_LINKS) ? Optional.of(at) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty(); // no file can have that name
    }
  }

  private boolean walk(String path, Path at, Path real, Predicate<Generator> isLookedFor) {
    if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
      return files.of(path, at, real).filter(isLookedFor).isPresent();
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(at)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!isHidden(name) && walk(folder(path) + name, entry, real, isLookedFor)) {
          return true;
        }
      }
      return false;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return false; // it has just gone
    } catch (IOException e) {
      return isLookedFor.test(Refusal.unreadable(path, e));
    } catch (DirectoryIteratorException e) {
      return isLookedFor.test(Refusal.unreadable(path, new IOException(e)));
    }
  }
}
