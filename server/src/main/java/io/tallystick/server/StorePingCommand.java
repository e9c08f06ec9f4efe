package io.tallystick.server;

import io.tallystick.store.Store;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tallystick store ping}: whether a store can be used. */
@Command(name = "ping", description = "Opens a store and asks whether it can be used.")
final class StorePingCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();

  private final Output out;

  StorePingCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Store opened = store.openExisting()) {
      opened.ping();
    }
    out.line("store can be used: store=" + store.name());
    return Exit.OK;
  }
}
