package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/** A file that holds its value itself; arguments change nothing. */
final class StaticFile implements Generator {
  private final String path;
  private final Path file;
  private final SteadyFile steady;
  private final Format format;

  /** What a file's bytes mean. */
  interface Format {
    JsonNode parse(String generator, byte[] text) throws GenerationException;
  }

  StaticFile(String path, Path file, SteadyFile steady, Format format) {
    this.path = path;
    this.file = file;
    this.steady = steady;
    this.format = format;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public JsonNode run(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException {
    return steady.use(() -> format.parse(path, read()), deadline);
  }

  private byte[] read() throws GenerationException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      bytes = in.readNBytes(Limits.OUTPUT_BYTES + 1);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    if (bytes.length > Limits.OUTPUT_BYTES) {
      throw Limits.exceeded(path, "file is too large", "");
    }
    return bytes;
  }

  static GenerationException unreadable(String generator, IOException e) {
    return new GenerationException(
        e.getClass().getSimpleName(),
        generator,
        "cannot be read: generator=" + generator + " cause=" + e,
        "");
  }
}
