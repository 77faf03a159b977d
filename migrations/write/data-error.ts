/** Pure. Which database errors speak of a row and not of the server. */

const DATA_ERRORS = new Set([
  1048, // column cannot be null
  1062, // duplicate entry
  1264, // out of range
  1265, // data truncated
  1292, // incorrect datetime or double
  1364, // no default value
  1366, // incorrect value
  1406, // data too long
  1452, // foreign key
  3819, // check constraint, MySQL
  4025, // check constraint, MariaDB
]);

/** Whether the server refused a row's values. */
export function isDataError(error: unknown): boolean {
  return DATA_ERRORS.has((error as { errno?: number }).errno ?? 0);
}

/** Whether the server refused a row because another row has its unique value. */
export function isCollision(error: unknown): boolean {
  return (error as { errno?: number }).errno === 1062;
}

/** Whether running the same transaction again may succeed: deadlock, lock wait timeout. */
export function isTransient(error: unknown): boolean {
  return [1205, 1213].includes((error as { errno?: number }).errno ?? 0);
}
