package io.tallystick.server;

import io.tallystick.records.Alert;
import io.tallystick.records.AlertRecords;
import io.tallystick.records.RecordJson;
import io.tallystick.server.records.RecordsJson;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick records alerts}: alerts, and what becomes of one. */
@Command(
    name = "alerts",
    description = "Shows alerts, the latest first; or acknowledges, resolves or suppresses one.")
final class RecordsAlertsCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();
  @Mixin private final QueryOptions query = new QueryOptions();

  @ArgGroup private @Nullable Change change;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      defaultValue = "${sys:user.name}",
      description = "Who does it (default: the user).")
  private String who = "";

  @Option(names = "--json", description = "Writes one JSON object.")
  private boolean json;

  private final Output out;
  private final PrintStream err;

  RecordsAlertsCommand(Output out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** What is to become of an alert. */
  static final class Change {
    @Option(names = "--acknowledge", paramLabel = "ID", description = "Acknowledges an alert.")
    private @Nullable String acknowledge;

    @Option(names = "--resolve", paramLabel = "ID", description = "Resolves an alert.")
    private @Nullable String resolve;

    @Option(names = "--suppress", paramLabel = "ID", description = "Suppresses an alert.")
    private @Nullable String suppress;

    Optional<Alert> make(AlertRecords alerts, String who) {
      if (acknowledge != null) {
        return alerts.acknowledge(acknowledge, who);
      }
      if (resolve != null) {
        return alerts.resolve(resolve, who);
      }
      return suppress == null ? Optional.empty() : alerts.suppress(suppress, who);
    }
  }

  @Override
  public Integer call() throws IOException {
    try (RecordsOption.Opened opened = where.open(false)) {
      AlertRecords alerts = opened.records().alerts();
      if (change != null) {
        return change(alerts, change);
      }
      RecordsListing.print(
          out, err, alerts, query.query(), json, RecordsJson::write, table(), this::row);
    }
    return Exit.OK;
  }

  private int change(AlertRecords alerts, Change change) throws IOException {
    Optional<Alert> alert = change.make(alerts, who);
    if (alert.isEmpty()) {
      err.println("tallystick: no such alert");
      return Exit.FAULT;
    }
    if (json) {
      Json.write(out, generator -> RecordsJson.write(alert.get(), generator));
    } else {
      TextTable table = table();
      row(table, alert.get());
      table.print(out);
    }
    return Exit.OK;
  }

  private static TextTable table() {
    return new TextTable("ID", "STARTED", "SEVERITY", "STATUS", "SOURCE", "NAME", "DESCRIPTION");
  }

  private void row(TextTable table, Alert alert) {
    table.row(
        alert.id(),
        RecordJson.text(alert.startTime()),
        alert.severity().text(),
        alert.status().text(),
        alert.source(),
        alert.name(),
        alert.description());
  }
}
