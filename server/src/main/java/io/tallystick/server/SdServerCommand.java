package io.tallystick.server;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tallystick sd server}: serves lists that workers elsewhere make. */
@Command(
    name = "server",
    description =
        "Serves target lists over HTTP until it is told to end. Those who make them are workers on"
            + " the same store (default: "
            + SdStoreOption.REDIS
            + ").")
final class SdServerCommand implements Callable<Integer> {
  @Mixin private final RootParameter root = new RootParameter();
  @Mixin private final SdStoreOption store = new SdStoreOption();
  @Mixin private final SdHttpOptions http = new SdHttpOptions();
  @Mixin private final SdCacheOptions cache = new SdCacheOptions();
  @Mixin private final SdMetricsOption metrics = new SdMetricsOption();

  private final Output out;

  SdServerCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    SdService service = new SdService(root.path(), http.settings(), cache.settings(), 0);
    return service.run(store::openShared, metrics::open, this::say);
  }

  private void say(int port) {
    out.line("serving targets of " + store.name(SdStoreOption.REDIS) + " at " + http.url(port));
  }
}
