package io.tallystick.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.Tallystick;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TurnedClock;
import io.tallystick.testing.View;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** A process that runs a program and then shows its directory in the views that it is told. */
final class WritingProcess implements AutoCloseable {
  static final Duration TURN = Duration.ofMillis(61_007);

  private final ChildJvm jvm;

  private WritingProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  /** Starts it, and returns when the program has run. */
  static WritingProcess start(Path directory, ExpositionProgram program, Instant start)
      throws IOException, InterruptedException {
    ChildJvm jvm = ChildJvm.of(WritingProcess.class).arguments(directory, program, start).start();
    jvm.await("ready");
    return new WritingProcess(jvm);
  }

  public static void main(String[] args) throws IOException {
    TurnedClock clock = TurnedClock.at(Instant.parse(args[2]));
    Tallystick tallystick = // not closed: it is killed
        Tallystick.builder().directory(Path.of(args[0])).clock(clock).open();
    ExpositionProgram.valueOf(args[1])
        .run(new TallystickLibrary(tallystick), () -> clock.turn(TURN));
    System.out.println("ready");
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        View view = View.all().get(Integer.parseInt(line));
        List<String> shown = view.of(tallystick.scraper(), ExpositionText::isApplications);
        byte[] text = String.join("\n", shown).getBytes(UTF_8);
        System.out.println(Base64.getEncoder().encodeToString(text));
      }
    }
    Runtime.getRuntime().halt(0);
  }

  /** The lines of what it shows. */
  List<String> show(View view) throws IOException, InterruptedException {
    jvm.send(Integer.toString(View.all().indexOf(view)));
    return List.of(new String(Base64.getDecoder().decode(jvm.readLine()), UTF_8).split("\n", -1));
  }

  void kill() throws InterruptedException {
    jvm.kill();
  }

  @Override
  public void close() {
    jvm.close();
  }
}
