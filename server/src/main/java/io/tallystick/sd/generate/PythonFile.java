package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A Python file with a function {@code generate_targets(**arguments)}.
 *
 * <p>Each run is a Python process of its own, which loads the file afresh. The value comes over a
 * stream that nothing the file prints can reach.
 */
final class PythonFile implements Generator {
  /** The program that calls the function. */
  static final String RUNNER = runner();

  /** After the limit, a process whose parent was killed ends by itself. */
  private static final long GRACE_SECONDS = 10;

  private final String path;
  private final Path file;
  private final Path root;
  private final String python;
  private final SteadyFile steady;

  PythonFile(String path, Path file, Path root, String python, SteadyFile steady) {
    this.path = path;
    this.file = file;
    this.root = root;
    this.python = python;
    this.steady = steady;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public JsonNode run(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException {
    return steady.use(() -> call(arguments, deadline), deadline);
  }

  private JsonNode call(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException {
    ChildProcess.Result result;
    try {
      result = ChildProcess.run(path, command(deadline), JsonText.bytes(arguments), deadline);
    } catch (IOException e) {
      throw new GenerationException(
          "CannotStart",
          path,
          "Python cannot be started: generator="
              + path
              + " command="
              + python
              + "; install Python 3, or have it in the PATH",
          String.valueOf(e.getMessage()));
    }
    return valueIn(ExecutableFile.value(path, result), result.errors());
  }

  private List<String> command(Deadline deadline) {
    // -B: no compiled copies beside the file; -u: what is printed before a kill is not lost
    return List.of(
        python,
        "-B",
        "-u",
        "-c",
        RUNNER,
        file.toString(),
        root.toString(),
        String.valueOf(deadline.limitSeconds() + GRACE_SECONDS));
  }

  private JsonNode valueIn(JsonNode answer, String errors) throws GenerationException {
    JsonNode error = answer.path("error");
    if (error.isObject()) {
      String type = error.path("type").asText();
      String message = error.path("message").asText();
      throw new GenerationException(
          type, path, "failed: generator=" + path + ": " + type + ": " + message, errors);
    }
    JsonNode value = answer.get("value");
    return value == null ? MissingNode.getInstance() : value;
  }

  private static String runner() {
    try (InputStream in = PythonFile.class.getResourceAsStream("run_generator.py")) {
      if (in == null) {
        throw new IllegalStateException("resource is missing: name=run_generator.py");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
