package io.tallystick.jmh;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The floor of stores: what the JDK's collections do of the same, with no promise kept. */
final class HeapCalls implements StoreCalls {
  private final Map<String, byte[]> values = new ConcurrentHashMap<>();
  private final Queue<byte[]> jobs = new ConcurrentLinkedQueue<>();
  private final Map<Labels, SeriesValues> series = new HashMap<>();

  @Override
  public byte[] get(String key) {
    return values.get(key).clone();
  }

  @Override
  public void put(String key, byte[] value) {
    values.put(key, value.clone());
  }

  @Override
  public boolean job(String key, byte[] payload) {
    return jobs.add(payload.clone()) && jobs.remove() != null;
  }

  @Override
  public void publish(FamilyValues family, boolean all) {
    family.series().forEach(each -> series.put(each.labels(), each));
  }

  @Override
  public void close() {}
}
