package io.tallystick.sd.generate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What kind of generator a file is, by its name, and else by whether it can be executed. */
final class FileGenerators {
  private static final SteadyFile.Pause SLEEP = TimeUnit.MILLISECONDS::sleep;

  private final String python;
  private final InstantSource clock;

  FileGenerators(String python, InstantSource clock) {
    this.python = python;
    this.clock = clock;
  }

  /**
   * The generator that a file is.
   *
   * @param root without links, as what the file's name leads to must lie below it
   * @return empty for a link to a folder, which is not followed, and for a file that has just gone
   */
  Optional<Generator> of(String path, Path file, Path root) {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes attributes =
          Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isDirectory()
          ? Optional.empty()
          : Optional.of(ofFile(path, real, root, attributes.isRegularFile()));
    } catch (NoSuchFileException e) {
      return Files.isSymbolicLink(file)
          ? Optional.of(Refusal.of(path, "DeadLink", "link leads nowhere"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.of(Refusal.unreadable(path, e));
    }
  }

  private Generator ofFile(String path, Path real, Path root, boolean isRegular) {
    if (!real.startsWith(root)) {
      return Refusal.of(path, "OutsideRoot", "link leads out of the root");
    }
    if (!isRegular) {
      return Refusal.of(path, "UnknownFileType", "not a file");
    }
    SteadyFile steady = new SteadyFile(path, real, clock, SLEEP);
    if (path.endsWith(".json")) {
      return new StaticFile(path, real, steady, JsonText::parse);
    }
    if (path.endsWith(".yaml") || path.endsWith(".yml")) {
      return new StaticFile(path, real, steady, YamlText::parse);
    }
    if (path.endsWith(".py")) {
      return new PythonFile(path, real, root, python, steady);
    }
    if (Files.isExecutable(real)) {
      return new ExecutableFile(path, real, steady);
    }
    return Refusal.of(
        path,
        "UnknownFileType",
        "neither .json, .yaml, .yml, .py nor executable; start its name with _ to leave it out");
  }
}
