package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file that can be executed: a JSON object on its standard input, JSON on its output. */
final class ExecutableFile implements Generator {
  private final String path;
  private final Path file;
  private final SteadyFile steady;

  ExecutableFile(String path, Path file, SteadyFile steady) {
    this.path = path;
    this.file = file;
    this.steady = steady;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public JsonNode run(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException {
    return steady.use(() -> execute(arguments, deadline), deadline);
  }

  private JsonNode execute(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException {
    ChildProcess.Result result;
    try {
      result =
          ChildProcess.run(path, List.of(file.toString()), JsonText.bytes(arguments), deadline);
    } catch (IOException e) {
      throw new GenerationException(
          "CannotStart",
          path,
          "cannot be executed: generator=" + path + " cause=" + e.getMessage(),
          "");
    }
    return value(path, result);
  }

  /** What a program gave that ended well. */
  static JsonNode value(String generator, ChildProcess.Result result) throws GenerationException {
    if (result.exitCode() != 0) {
      throw new GenerationException(
          "NonZeroExit",
          generator,
          "ended with an error: generator=" + generator + " exit=" + result.exitCode(),
          result.errors());
    }
    try {
      return JsonText.parse(generator, result.output());
    } catch (GenerationException e) {
      throw new GenerationException(e.type(), generator, e.message(), result.errors());
    }
  }
}
