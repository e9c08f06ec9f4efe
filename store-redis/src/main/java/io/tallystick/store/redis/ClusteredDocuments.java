package io.tallystick.store.redis;

import io.tallystick.store.DocumentChange;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Changes of documents in a Cluster, whose sets are in another slot than they: a document enters
 * its sets first, then it is written, and then it leaves those that it is not in any more. Who is
 * killed in between leaves sets that have too much, never a document that its sets lack.
 *
 * <p>A token in the document's row tells one writer from another. Who finds another one's when a
 * document is to leave its old sets enters the new ones again, and leaves the rest to the other
 * one; where what it wrote is still there, it does both.
 */
final class ClusteredDocuments {
  private static final int MOST_TRIES = 20;
  private static final long LATER_MS = Duration.ofMinutes(1).toMillis();

  private final RedisStore store;
  private final RedisDocuments documents;
  private final byte[] token;

  ClusteredDocuments(RedisStore store, RedisDocuments documents) {
    this.store = store;
    this.documents = documents;
    this.token = Bytes.of(HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()));
  }

  List<Boolean> applyEach(List<List<DocumentChange>> batches) {
    batches.forEach(ClusteredDocuments::requireOneSlot);
    List<Boolean> made = new ArrayList<>(batches.size());
    for (int from = 0; from < batches.size(); ) { // conditions see what was written before
      Set<String> keys = new HashSet<>();
      int to = from;
      while (to < batches.size() && batches.get(to).stream().allMatch(c -> keys.add(c.key()))) {
        to++;
      }
      made.addAll(applyDistinct(batches.subList(from, to)));
      from = to;
    }
    return made;
  }

  private List<Boolean> applyDistinct(List<List<DocumentChange>> batches) {
    List<Boolean> made = new ArrayList<>(allowed(batches));
    List<List<DocumentChange>> rest = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      if (made.get(i)) {
        rest.add(batches.get(i));
      }
    }
    List<Boolean> written = write(rest);
    int next = 0;
    for (int i = 0; i < batches.size(); i++) {
      if (made.get(i)) {
        made.set(i, written.get(next++));
      }
    }
    return made;
  }

  /** Which batches' conditions hold, before anything enters a set for one that is not made. */
  private List<Boolean> allowed(List<List<DocumentChange>> batches) {
    List<String> keys = new ArrayList<>();
    batches.forEach(
        batch ->
            batch.stream().filter(ClusteredDocuments::isAsked).forEach(c -> keys.add(c.key())));
    List<Optional<byte[]>> values = documents.getAll(keys);
    List<Boolean> allowed = new ArrayList<>();
    int next = 0;
    for (List<DocumentChange> batch : batches) {
      boolean isAllowed = true;
      for (DocumentChange change : batch) {
        if (isAsked(change)) {
          isAllowed &= change.isAllowed(values.get(next++).orElse(null));
        }
      }
      allowed.add(isAllowed);
    }
    return allowed;
  }

  private static boolean isAsked(DocumentChange change) {
    return change.condition() != DocumentChange.Condition.NONE;
  }

  private List<Boolean> write(List<List<DocumentChange>> batches) {
    List<Request> enter = new ArrayList<>();
    List<Request> write = new ArrayList<>();
    for (List<DocumentChange> batch : batches) {
      enter.add(enter(batch));
      List<byte[]> keys = batch.stream().map(change -> Bytes.of(change.key())).toList();
      List<byte[]> arguments = new ArrayList<>();
      batch.forEach(change -> arguments.addAll(RedisDocuments.content(change)));
      write.add(Request.of(Script.DOCUMENT_WRITE, keys, arguments));
    }
    List<@Nullable Object> unused = store.wire().askAll(enter);
    List<Boolean> made = store.wire().askAll(write).stream().map(Bytes::isTrue).toList();
    List<DocumentChange> open = new ArrayList<>();
    List<DocumentChange> refused = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      (made.get(i) ? open : refused).addAll(batches.get(i));
    }
    settle(open);
    forget(refused);
    return made;
  }

  /**
   * Takes what was not written, and is not there, out of its sets, unless another one writes it.
   */
  private void forget(List<DocumentChange> refused) {
    List<Optional<byte[]>> present =
        documents.getAll(refused.stream().map(DocumentChange::key).toList());
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < refused.size(); i++) {
      if (present.get(i).isEmpty()) {
        requests.add(settle(DocumentChange.delete(refused.get(i).key())));
      }
    }
    List<@Nullable Object> unused = store.wire().askAll(requests);
  }

  private static void requireOneSlot(List<DocumentChange> batch) {
    long slots =
        batch.stream()
            .mapToInt(change -> JedisClusterCRC16.getSlot(Bytes.of(change.key())))
            .distinct()
            .count();
    if (slots > 1) {
      throw new StoreException(
          Category.PERMANENT,
          "documents of a batch are in several slots: key=" + batch.get(0).key());
    }
  }

  /** What is to be deleted is looked after in a minute, should this one be killed before that. */
  Request enter(List<DocumentChange> batch) {
    List<byte[]> arguments = new ArrayList<>(List.of(documents.setPrefix(), token));
    for (DocumentChange change : batch) {
      arguments.add(Bytes.of(change.key()));
      if (change.deletes()) {
        arguments.add(Bytes.of(store.nowMs() + LATER_MS));
        arguments.add(Bytes.of(0));
      } else {
        arguments.addAll(RedisDocuments.membership(change, store.nowMs()));
      }
    }
    return Request.of(Script.DOCUMENT_ENTER, documents.keys(), arguments);
  }

  private void settle(List<DocumentChange> written) {
    List<DocumentChange> open = written;
    for (int i = 0; i < MOST_TRIES && !open.isEmpty(); i++) {
      List<Request> requests = new ArrayList<>();
      open.forEach(change -> requests.add(settle(change)));
      List<@Nullable Object> replies = store.wire().askAll(requests);
      List<DocumentChange> again = new ArrayList<>();
      for (int each = 0; each < replies.size(); each++) {
        if (!Bytes.isTrue(replies.get(each)) && isStillThere(open.get(each))) {
          again.add(open.get(each));
        }
      }
      for (DocumentChange change : again) {
        Object unused = store.wire().ask(enter(List.of(change)));
      }
      open = again;
    }
  }

  private boolean isStillThere(DocumentChange change) {
    Optional<byte[]> present = documents.getAll(List.of(change.key())).get(0);
    return !change.deletes() && present.isPresent() && Arrays.equals(present.get(), change.value());
  }

  private Request settle(DocumentChange change) {
    List<byte[]> arguments = new ArrayList<>(List.of(documents.setPrefix(), token));
    arguments.add(Bytes.of(change.key()));
    arguments.add(Bytes.of(change.deletes() ? 1 : 0));
    change.places().keySet().forEach(set -> arguments.add(Bytes.of(set)));
    return Request.of(Script.DOCUMENT_SETTLE, documents.keys(), arguments);
  }
}
