package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The right to publish a directory's values to a ledger, which one thread of the host has. */
public final class ReplicationLock implements Closeable {
  private final FileLockHandle handle;

  private ReplicationLock(FileLockHandle handle) {
    this.handle = handle;
  }

  /** Takes the right, or returns null where another thread or process has it. */
  public static @Nullable ReplicationLock tryTake(Directory directory) throws IOException {
    FileLockHandle handle = directory.tryLockForReplication();
    return handle == null ? null : new ReplicationLock(handle);
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
