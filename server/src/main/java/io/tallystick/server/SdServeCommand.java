package io.tallystick.server;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick sd serve}: server and workers as one process. */
@Command(
    name = "serve",
    description =
        "Makes target lists and serves them over HTTP until it is told to end. It needs nothing"
            + " else; with a store, it works beside other servers and workers.")
final class SdServeCommand implements Callable<Integer> {
  private static final IntegerRange WORKERS = new IntegerRange("num-workers", 1, 1_000);

  @Mixin private final RootParameter root = new RootParameter();
  @Mixin private final SdStoreOption store = new SdStoreOption();
  @Mixin private final SdHttpOptions http = new SdHttpOptions();
  @Mixin private final SdCacheOptions cache = new SdCacheOptions();
  @Mixin private final SdMetricsOption metrics = new SdMetricsOption();

  @Option(
      names = {"-n", "--num-workers", "--num_workers"},
      paramLabel = "NUMBER",
      description = "How many paths are made at a time (default: 4).")
  private String workers = "4";

  private final Output out;

  SdServeCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    int threads = WORKERS.parse(workers);
    SdService service = new SdService(root.path(), http.settings(), cache.settings(), threads);
    return service.run(() -> store.open(SdStoreOption.MEMORY), metrics::open, this::say);
  }

  private void say(int port) {
    out.line("serving targets at " + http.url(port));
  }
}
