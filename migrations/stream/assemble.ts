/**
 * Pure. Binlog events put together to whole transactions in canonical form. Positions stand only where a
 * transaction ended; what cannot be carried exactly is thrown and must stop the stream.
 */
import type { Row } from '../../acl/value.ts';
import { migrationErrors } from '../errors.ts';
import type { Table } from '../rows/table.ts';
import { fromBinlog } from '../rows/value.ts';
import type { RowEvent } from '../write/change.ts';
import { type Position, showPosition } from './position.ts';
import { judgeStatement } from './statement.ts';

/** One committed source transaction, as far as captured tables are concerned. */
export interface SourceTransaction {
  /** The place after its commit. */
  end: Position;
  gtid?: string;
  /** When it was committed, milliseconds since the epoch, to the second. */
  at: number;
  events: RowEvent[];
}

/** A binlog event as the reader delivers it; which of the fields are there depends on the type's name. */
export interface BinlogEvent {
  getTypeName(): string;
  /** 0 within a transaction. */
  nextPosition: number;
  timestamp: number;
  size: number;
  binlogName: string;
  position: number | string;
  gtid: string;
  query: string;
  schema: string;
  tableName: string;
  columnCount: number;
  /** With binlog_row_metadata=FULL only. */
  columnNames?: string[];
  tableId: number;
  tableMap: Record<number, { tableName: string }>;
  rows: unknown[];
  columns_present_bitmap: Buffer;
  columns_present_bitmap2?: Buffer;
}

/** What the assembler works on. */
interface Captured {
  schema: string;
  tables: ReadonlyMap<string, Table>;
}

/** Makes the function that takes one event after the other. Raises STREAM_STATEMENT, _DDL, _IMAGE, _EVENT. */
export function createAssembler(
  captured: Captured,
  from: Position,
  emit: (transaction: SourceTransaction) => void,
): (event: BinlogEvent) => void {
  let place = from;
  let events: RowEvent[] = [];
  let gtid: string | undefined;
  let open = false;
  const moveTo = (end: Position, at: number) => {
    place = end;
    emit({ end, gtid: undefined, at, events: [] });
  };
  const commit = ({ nextPosition, timestamp }: BinlogEvent, committed: RowEvent[]) => {
    if (nextPosition > 0) place = { file: place.file, offset: nextPosition };
    emit({ end: place, gtid, at: timestamp, events: committed });
    events = [];
    open = false;
  };
  const statement = (event: BinlogEvent) => {
    switch (meaningOf(event, captured, place)) {
      case 'commit':
      case 'pass':
        return commit(event, events);
      case 'rollback':
        return commit(event, []);
      case 'begin':
      case 'savepoint':
        return;
    }
  };
  return (event) => {
    const name = event.getTypeName();
    switch (name) {
      case 'Rotate':
        if (event.binlogName !== place.file)
          moveTo({ file: event.binlogName, offset: Number(event.position) }, event.timestamp);
        return;
      case 'MariadbGtid':
        open = true;
        gtid = event.gtid;
        return;
      case 'Xid':
        return commit(event, events);
      case 'Query':
        return statement(event);
      case 'TableMap':
        return checkShape(event, captured.tables, place);
      case 'WriteRows':
      case 'UpdateRows':
      case 'DeleteRows':
        for (const one of rowEvents(event, captured.tables, place)) events.push(one);
        return;
      case 'Unknown':
      case 'TransactionPayload':
      case 'PartialUpdateRows':
      case 'XaPrepare':
        return passOrRefuse(event, name, place);
      default:
        // Between transactions everything else (checkpoints, heartbeats) only moves the place.
        if (!open && event.nextPosition > place.offset && name !== 'Format')
          moveTo({ file: place.file, offset: event.nextPosition }, event.timestamp);
    }
  };
}

function meaningOf({ query, schema: current }: BinlogEvent, { schema, tables }: Captured, place: Position) {
  const verdict = judgeStatement(query, current, schema, [...tables.keys()]);
  if (verdict.kind === 'refuse') throw refused(verdict, query, place);
  return verdict.kind;
}

function rowEvents(event: BinlogEvent, tables: ReadonlyMap<string, Table>, place: Position): RowEvent[] {
  const table = tables.get(event.tableMap[event.tableId]!.tableName)!;
  for (const bitmap of [event.columns_present_bitmap, event.columns_present_bitmap2])
    if (bitmap && !isFull(bitmap, table.columns.length))
      throw migrationErrors.error('STREAM_IMAGE', { table: table.name, position: showPosition(place) });
  return event.rows.map((raw) => {
    switch (event.getTypeName()) {
      case 'WriteRows':
        return { table: table.name, after: canonicalRow(table, raw) };
      case 'DeleteRows':
        return { table: table.name, before: canonicalRow(table, raw) };
      default: {
        const { before, after } = raw as { before: unknown; after: unknown };
        return { table: table.name, before: canonicalRow(table, before), after: canonicalRow(table, after) };
      }
    }
  });
}

function canonicalRow(table: Table, raw: unknown): Row {
  const values = raw as Record<string, unknown>;
  const row: Row = {};
  for (const column of table.columns)
    if (column.kind !== 'unsupported') row[column.name] = fromBinlog(column, values[column.name]);
  return row;
}

function isFull(bitmap: Buffer, columns: number): boolean {
  for (let index = 0; index < columns; index++)
    if ((bitmap[index >> 3]! & (1 << (index % 8))) === 0) return false;
  return true;
}

/** The names are there with binlog_row_metadata=FULL only; the number of columns always is. */
function checkShape(event: BinlogEvent, tables: ReadonlyMap<string, Table>, place: Position): void {
  const table = tables.get(event.tableName);
  const names = event.columnNames;
  if (!table) return;
  const planned = table.columns.map(({ name }) => name);
  const same =
    event.columnCount === planned.length && (!names || names.every((name, index) => name === planned[index]));
  if (same) return;
  throw migrationErrors.error('STREAM_DDL', {
    table: table.name,
    change: `the binlog has ${names?.join(', ') ?? `${event.columnCount} columns`}, the plan ${planned.join(', ')}`,
    position: showPosition(place),
  });
}

function refused(
  verdict: { reason: 'statement' | 'ddl'; table: string },
  query: string,
  place: Position,
): Error {
  const statement = query.length > 120 ? `${query.slice(0, 117)}...` : query;
  const position = showPosition(place);
  if (verdict.reason === 'statement')
    return migrationErrors.error('STREAM_STATEMENT', { position, statement });
  return migrationErrors.error('STREAM_DDL', { table: verdict.table, change: statement, position });
}

/** An event of an unknown type and no content is the mark of a server that was shut down. */
function passOrRefuse(event: BinlogEvent, name: string, place: Position): void {
  if (name === 'Unknown' && event.size === 0) return;
  const found = name === 'Unknown' ? 'an event of an unknown type' : `a ${name} event`;
  throw migrationErrors.error('STREAM_EVENT', { position: showPosition(place), found });
}
