package io.tallystick.records;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes of alerts as they are kept, without their numbers, which are their places. */
final class ChangeJson {
  private static final byte[] NONE = "null".getBytes(US_ASCII);

  private ChangeJson() {}

  /**
   * The JSON of a change.
   *
   * @param alert the JSON of what the alert is then; null where it is deleted
   */
  static byte[] write(
      String alertId, AlertChange.Action what, String who, Instant at, byte @Nullable [] alert) {
    JsonWriter writer = new JsonWriter().raw("{");
    writer.name("alert_id").string(alertId);
    writer.name("change").string(what.name().toLowerCase(Locale.ROOT));
    writer.name("by").string(who);
    writer.name("at").time(Times.ofRecord(at));
    writer.name("alert").raw(alert == null ? NONE : alert);
    return writer.raw("}").toBytes();
  }

  /**
   * A change from its JSON.
   *
   * @throws StoreException CORRUPT where it is none
   */
  static AlertChange read(long number, byte[] json) {
    try {
      Fields fields = new Fields(JsonReader.object(json));
      Map<String, @Nullable Object> alert = fields.map("alert");
      return new AlertChange(
          number,
          fields.text("alert_id"),
          AlertChange.Action.valueOf(fields.text("change").toUpperCase(Locale.ROOT)),
          fields.text("by", ""),
          fields.timeOf("at"),
          alert.isEmpty() ? null : AlertKind.ALERTS.decode(new Fields(alert)));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new StoreException(
          Category.CORRUPT, "change cannot be read: number=" + number + " cause=" + e, e);
    }
  }
}
