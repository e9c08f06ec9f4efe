package io.tallystick.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a backup's bytes mean. {@code docs/store-format.md} draws it.
 *
 * <pre>
 *   | magic 8 | major 4 | minor 4 | created, ms 8 | record ... | end record |
 *   record: | type 4 | length 4 | payload | checksum 4 |
 * </pre>
 *
 * <p>A checksum is the CRC-32C of all bytes of the file before it.
 */
final class BackupFormat {
  static final byte[] MAGIC = "TALYBK01".getBytes(US_ASCII);
  static final int MAJOR = 1;
  static final int MINOR = 1;
  static final int HEADER_LENGTH = 24;
  static final int RECORD_HEADER_LENGTH = 8;
  static final int CHECKSUM_LENGTH = 4;

  /** The record behind all others: how many those are. */
  static final int END = 0;

  private static final int KEY = 1;
  private static final int JOB = 2;
  private static final int LEDGER = 3;
  private static final int BASE = 4;
  private static final int SOURCE = 5;
  private static final int TOMBSTONE = 6;
  private static final int ADDITION = 7;
  private static final int DOCUMENT = 8;
  private static final int NUMBER = 9;

  /** No type is greater. */
  static final int LAST = NUMBER;

  private BackupFormat() {}

  static int typeOf(BackupRecord record) {
    if (record instanceof BackupRecord.Key) {
      return KEY;
    }
    if (record instanceof BackupRecord.Job) {
      return JOB;
    }
    if (record instanceof BackupRecord.LedgerState) {
      return LEDGER;
    }
    if (record instanceof BackupRecord.Base) {
      return BASE;
    }
    if (record instanceof BackupRecord.Source) {
      return SOURCE;
    }
    if (record instanceof BackupRecord.Tombstone) {
      return TOMBSTONE;
    }
    if (record instanceof BackupRecord.Addition) {
      return ADDITION;
    }
    return record instanceof BackupRecord.Document ? DOCUMENT : NUMBER;
  }

  /** Whether a record may come behind another one. There is one of the ledger's state. */
  static boolean mayFollow(int latestType, int type) {
    return type <= LEDGER
        ? latestType < LEDGER && latestType <= type
        : latestType >= LEDGER && latestType <= type;
  }

  static byte[] toBytes(BackupRecord record) {
    BytesWriter writer = new BytesWriter();
    if (record instanceof BackupRecord.Key key) {
      writer.putText(key.key());
      writer.putBytes(key.value());
      writer.putLong(key.endMs());
    } else if (record instanceof BackupRecord.Job job) {
      put(writer, job);
    } else if (record instanceof BackupRecord.LedgerState ledger) {
      writer.putText(ledger.id());
      writer.putList(List.copyOf(new TreeSet<>(ledger.merged())), BytesWriter::putText);
    } else if (record instanceof BackupRecord.Base base) {
      FamilyBytes.putFamilies(writer, List.of(base.family()));
    } else if (record instanceof BackupRecord.Source source) {
      writer.putText(source.name());
      writer.putLong(source.version());
      writer.putLong(source.publishedMs());
      writer.putLong(source.leaseEndMs());
      FamilyBytes.putFamilies(writer, source.families());
    } else if (record instanceof BackupRecord.Tombstone tombstone) {
      List<FamilyValues> baseline = tombstone.baseline();
      writer.putText(tombstone.name());
      writer.putLong(tombstone.retiredMs());
      writer.putByte(baseline == null ? 0 : 1);
      FamilyBytes.putFamilies(writer, baseline == null ? List.of() : baseline);
    } else if (record instanceof BackupRecord.Addition addition) {
      writer.putText(addition.key());
      writer.putText(addition.writer());
      writer.putLong(addition.number());
      writer.putLong(addition.endMs());
    }
    putDocuments(writer, record);
    return writer.toBytes();
  }

  private static void putDocuments(BytesWriter writer, BackupRecord record) {
    if (record instanceof BackupRecord.Document document) {
      writer.putText(document.key());
      writer.putBytes(document.value());
      writer.putLong(document.endMs());
      List<String> sets = List.copyOf(new TreeSet<>(document.places().keySet()));
      writer.putList(sets, BytesWriter::putText);
      sets.forEach(set -> writer.putLong(document.places().getOrDefault(set, 0L)));
    } else if (record instanceof BackupRecord.LatestNumber number) {
      writer.putText(number.set());
      writer.putLong(number.number());
    }
  }

  private static void put(BytesWriter writer, BackupRecord.Job job) {
    writer.putText(job.queue());
    writer.putText(job.state().name());
    writer.putText(job.id());
    writer.putText(job.key());
    writer.putBytes(job.payload());
    writer.putInt(job.attempts());
    writer.putLong(job.endMs());
    writer.putLong(job.lease());
    writer.putText(job.error());
  }

  /**
   * A record from its bytes.
   *
   * @throws IllegalArgumentException where they are none of this type
   */
  static BackupRecord toRecord(int type, byte[] payload) {
    BytesReader reader = new BytesReader(payload);
    BackupRecord record =
        switch (type) {
          case KEY -> new BackupRecord.Key(reader.getText(), reader.getBytes(), reader.getLong());
          case JOB -> getJob(reader);
          case LEDGER ->
              new BackupRecord.LedgerState(
                  reader.getText(), Set.copyOf(reader.getList(BytesReader::getText)));
          case BASE -> new BackupRecord.Base(getFamily(reader));
          case SOURCE ->
              new BackupRecord.Source(
                  reader.getText(),
                  reader.getLong(),
                  reader.getLong(),
                  reader.getLong(),
                  FamilyBytes.getFamilies(reader));
          case TOMBSTONE -> getTombstone(reader);
          case ADDITION ->
              new BackupRecord.Addition(
                  reader.getText(), reader.getText(), reader.getLong(), reader.getLong());
          case DOCUMENT -> getDocument(reader);
          case NUMBER -> new BackupRecord.LatestNumber(reader.getText(), reader.getLong());
          default -> throw new IllegalArgumentException("no such record: type=" + type);
        };
    reader.requireEnd();
    return record;
  }

  private static BackupRecord.Job getJob(BytesReader reader) {
    String queue = reader.getText();
    BackupRecord.Job.State state = BackupRecord.Job.State.valueOf(reader.getText());
    return new BackupRecord.Job(
        queue,
        state,
        reader.getText(),
        reader.getText(),
        reader.getBytes(),
        reader.getInt(),
        reader.getLong(),
        reader.getLong(),
        reader.getText());
  }

  private static FamilyValues getFamily(BytesReader reader) {
    List<FamilyValues> families = FamilyBytes.getFamilies(reader);
    if (families.size() != 1) {
      throw new IllegalArgumentException("not one family: families=" + families.size());
    }
    return families.get(0);
  }

  private static BackupRecord.Document getDocument(BytesReader reader) {
    String key = reader.getText();
    byte[] value = reader.getBytes();
    long endMs = reader.getLong();
    Map<String, Long> places = new TreeMap<>();
    for (String set : reader.getList(BytesReader::getText)) {
      places.put(set, reader.getLong());
    }
    return new BackupRecord.Document(key, value, endMs, places);
  }

  private static BackupRecord.Tombstone getTombstone(BytesReader reader) {
    String name = reader.getText();
    long retiredMs = reader.getLong();
    boolean hasBaseline = reader.getByte() != 0;
    List<FamilyValues> families = FamilyBytes.getFamilies(reader);
    return new BackupRecord.Tombstone(name, retiredMs, hasBaseline ? families : null);
  }
}
