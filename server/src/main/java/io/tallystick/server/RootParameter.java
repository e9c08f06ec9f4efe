package io.tallystick.server;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** {@code ROOT}: the folder with the generators. */
final class RootParameter {
  @Parameters(paramLabel = "ROOT", description = "The folder with the target generators.")
  private String root = "";

  /**
   * The folder, which was there just now.
   *
   * @throws UsageException if there is no such folder
   */
  Path path() {
    if (root.isEmpty()) {
      throw new UsageException("name of the root is empty: give a folder with generators");
    }
    Path path;
    try {
      path = Path.of(root);
    } catch (InvalidPathException e) {
      throw new UsageException("bad name of the root: root=" + root);
    }
    if (!Files.exists(path)) {
      throw new UsageException("no such folder: root=" + root);
    }
    if (!Files.isDirectory(path)) {
      throw new UsageException("not a folder: root=" + root);
    }
    return path;
  }

  /**
   * A path below the root, which may have been typed with the root in front.
   *
   * @throws UsageException if it is empty, as where a variable is not set
   */
  String relative(String typed) {
    if (typed.isEmpty()) {
      throw new UsageException("path is empty: give one below the root");
    }
    String text = trimmed(typed);
    String prefix = trimmed(root);
    if (text.equals(prefix)) {
      return "";
    }
    return text.startsWith(prefix + "/") ? text.substring(prefix.length() + 1) : text;
  }

  private static String trimmed(String path) {
    String text = path.replaceAll("/+", "/").replaceFirst("(?<=.)/$", "");
    return text.startsWith("./") ? text.substring(2) : text;
  }
}
