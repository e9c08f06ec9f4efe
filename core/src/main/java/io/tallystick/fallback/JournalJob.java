package io.tallystick.fallback;

import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * What an entry of the {@link Journal} says of a job that the first store gave, with what is needed
 * to say it there.
 *
 * @param job without its payload
 * @param error what went wrong, where it was handed back
 * @param endMs when its lease is to end, where that was extended
 */
record JournalJob(RetryPolicy policy, Job job, String error, long endMs) {
  private static final byte[] NO_PAYLOAD = {};
  private static final int MOST_ERROR_LENGTH = 10_000; // in chars; one has 3 bytes at most

  byte[] toBytes() {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(policy.attempts());
      out.writeLong(policy.firstDelay().toMillis());
      out.writeLong(policy.maxDelay().toMillis());
      out.writeUTF(job.id());
      out.writeUTF(job.key());
      out.writeInt(job.attempt());
      out.writeLong(job.lease());
      out.writeUTF(error.substring(0, Math.min(error.length(), MOST_ERROR_LENGTH)));
      out.writeLong(endMs);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e); // memory has none
    }
  }

  static JournalJob of(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int attempts = in.readInt();
      Duration first = Duration.ofMillis(Math.max(1, in.readLong()));
      Duration most = Duration.ofMillis(Math.max(1, in.readLong()));
      RetryPolicy policy = new RetryPolicy(attempts, first, most);
      String id = in.readUTF();
      Job job = new Job(id, in.readUTF(), NO_PAYLOAD, in.readInt(), in.readLong());
      return new JournalJob(policy, job, in.readUTF(), in.readLong());
    } catch (IOException | IllegalArgumentException e) {
      throw new StoreException(Category.CORRUPT, "journal has a damaged job: cause=" + e, e);
    }
  }
}
