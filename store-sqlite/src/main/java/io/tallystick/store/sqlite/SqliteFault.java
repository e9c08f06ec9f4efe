package io.tallystick.store.sqlite;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.nio.file.Path;
import java.sql.SQLException;

/** Says what a caller can do about what SQLite reports ({@code sqlite.org/rescode.html}). */
final class SqliteFault {
  private static final int PRIMARY = 0xFF; // of an extended result code

  private static final int ERROR = 1;
  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int NOMEM = 7;
  private static final int INTERRUPT = 9;
  private static final int IOERR = 10;
  private static final int CORRUPT = 11;
  private static final int CANTOPEN = 14;
  private static final int PROTOCOL = 15;
  private static final int NOTADB = 26;

  private SqliteFault() {}

  static StoreException of(Path file, SQLException e) {
    return switch (e.getErrorCode() & PRIMARY) {
      case BUSY, LOCKED ->
          exception(Category.TRANSIENT, "database is in use by others for too long", file, e);
      case NOMEM, INTERRUPT, IOERR, PROTOCOL ->
          exception(Category.TRANSIENT, "database cannot be reached", file, e);
      case CORRUPT, NOTADB -> exception(Category.CORRUPT, "database is damaged", file, e);
      default -> exception(Category.PERMANENT, "database refuses the call", file, e);
    };
  }

  static boolean isDamage(SQLException e) {
    int code = e.getErrorCode() & PRIMARY;
    return code == CORRUPT || code == NOTADB;
  }

  static boolean isBusy(SQLException e) {
    int code = e.getErrorCode() & PRIMARY;
    return code == BUSY || code == LOCKED;
  }

  /** Whether a statement names what is not there. */
  static boolean isWrongStatement(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == ERROR;
  }

  /** Whether a file could not be opened. */
  static boolean isUnopened(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == CANTOPEN;
  }

  private static StoreException exception(
      Category category, String what, Path file, SQLException e) {
    return new StoreException(category, what + ": file=" + file + " cause=" + e.getMessage(), e);
  }
}
