package io.tallystick.server;

import io.tallystick.records.RecordPage;
import io.tallystick.records.RecordQuery;
import io.tallystick.records.Records;
import io.tallystick.server.records.RecordsJson;
import java.io.IOException;
import java.io.PrintStream;
import java.util.function.BiConsumer;

/** A page of records as a table, with notes about it on standard error, or as JSON. */
final class RecordsListing {
  private RecordsListing() {}

  static <R> void print(
      Output out,
      PrintStream err,
      Records<R> records,
      RecordQuery query,
      boolean json,
      RecordsJson.Writer<R> writer,
      TextTable table,
      BiConsumer<TextTable, R> row)
      throws IOException {
    RecordPage<R> page = QueryOptions.legal(() -> records.query(query));
    if (json) {
      Json.write(out, generator -> RecordsJson.writePage(page, writer, generator));
      return;
    }
    page.records().forEach(record -> row.accept(table, record));
    table.print(out);
    for (RecordPage.Unreadable each : page.unreadable()) {
      err.println("tallystick: unreadable: " + Lines.single(each.reason()));
    }
    if (page.next() != null) {
      err.println("tallystick: there are more: --after " + Lines.single(page.next()));
    }
  }
}
