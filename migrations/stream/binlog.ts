/**
 * The door to @vlasky/zongji: the source's binlog as whole transactions in canonical form, in commit order.
 *
 * What is worked around (read in version 0.9.0; the fidelity test pins it):
 * - columns are those that were planned, not those of a query while the stream waits: the query would name
 *   today's columns for yesterday's rows, and resuming during it drops rows;
 * - text arrives as bytes and is decoded here, since its latin1 is not the server's for five bytes;
 * - labels of ENUM and SET are parsed here, since it splits them at every comma;
 * - an absent column of a partial row image looks like NULL, so the bitmaps are looked at;
 * - its position is not used; positions here stand only at commit boundaries.
 */
import ZongJi, { type AnyBinlogEvent, type TableMapEvent } from '@vlasky/zongji';
import type { Row } from '../../acl/value.ts';
import { messageOf } from '../../chassis/errors.ts';
import { FIDELITY_OPTIONS, urlOptions } from '../../chassis/mysql.ts';
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

/** What the reader tells. */
export interface BinlogHandlers {
  /** A transaction, or with no events just a place that everything before has been read. */
  onTransaction(transaction: SourceTransaction): void;
  /** The connection broke; the stream may be opened again from the last committed place. */
  onLost(error: Error): void;
  /** Something that must not be passed over; only a person can go on from here. */
  onStop(error: Error): void;
}

/** A running reader. */
export interface BinlogReader {
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Reads from `from`; `tables` are the captured tables as planned. `serverId` must be unique among the source's replicas. */
export function readBinlog(
  {
    url,
    serverId,
    from,
    tables,
  }: { url: string; serverId: number; from: Position; tables: readonly Table[] },
  handlers: BinlogHandlers,
): BinlogReader {
  const schema = tables[0]!.schema;
  const byName = new Map(tables.map((table) => [table.name, table]));
  const zongji = new PlannedReader(
    { ...FIDELITY_OPTIONS, ...urlOptions(url), connectTimeout: 5_000 },
    byName,
  );
  const assembler = createAssembler(schema, byName, from, handlers.onTransaction);
  let paused = false;
  let closed = false;
  const stop = (error: Error) => {
    if (closed) return;
    closed = true;
    zongji.stop();
    handlers.onStop(error);
  };
  zongji.on('binlog', (event: AnyBinlogEvent) => {
    if (closed) return;
    try {
      assembler(event);
    } catch (error) {
      stop(error as Error);
    }
    // Its own short pauses end in a resume that would undo ours.
    if (paused) zongji.connection?.pause();
  });
  zongji.on('error', (error: Error) => {
    if (closed) return;
    if (!isLost(error)) return stop(unreadable(error, from));
    closed = true;
    zongji.stop();
    handlers.onLost(error);
  });
  zongji.start({
    serverId,
    filename: from.file,
    position: from.offset,
    includeSchema: { [schema]: [...byName.keys()] },
  });
  return {
    pause() {
      paused = true;
      zongji.connection?.pause();
    },
    resume() {
      paused = false;
      zongji.connection?.resume();
    },
    close: () => closeReader(zongji, () => (closed = true)),
  };
}

/** What zongji keeps about a table id. */
interface TableMapEntry {
  columnSchemas: unknown[];
  parentSchema: string;
  tableName: string;
}

/** A reader that knows columns as they were planned, whatever the binlog or INFORMATION_SCHEMA say of them. */
class PlannedReader extends ZongJi {
  constructor(options: ConstructorParameters<typeof ZongJi>[0], tables: ReadonlyMap<string, Table>) {
    super(options);
    const set = (maps: Record<string, TableMapEntry>, id: string, entry: TableMapEntry) => {
      const columnSchemas = tables.get(entry.tableName)!.columns.map(rawColumn);
      maps[id] = { ...entry, columnSchemas };
      return true;
    };
    // With binlog_row_metadata=FULL it takes the columns from the event and asks nobody.
    this.tableMap = new Proxy({}, { set }) as unknown as ZongJi['tableMap'];
  }

  /** Replaces its query of INFORMATION_SCHEMA. */
  _fetchTableInfo({ tableId, schemaName, tableName }: TableMapEvent, next: () => void): void {
    const maps = this.tableMap as unknown as Record<number, TableMapEntry>;
    maps[tableId] = { columnSchemas: [], parentSchema: schemaName, tableName };
    next();
  }
}

/** A column as zongji wants it; text disguised as bytes. */
function rawColumn({ name, kind, type, labels }: Table['columns'][number]) {
  return {
    COLUMN_NAME: name,
    COLLATION_NAME: null,
    CHARACTER_SET_NAME: null,
    COLUMN_COMMENT: '',
    COLUMN_TYPE: kind === 'text' ? 'varbinary' : type,
    ENUM_VALUES: kind === 'enum' ? labels : undefined,
    SET_VALUES: kind === 'set' ? labels : undefined,
  };
}

/** Puts events together to transactions; throws what must stop the stream. */
function createAssembler(
  schema: string,
  tables: ReadonlyMap<string, Table>,
  from: Position,
  emit: (transaction: SourceTransaction) => void,
): (event: AnyBinlogEvent) => void {
  let place = from;
  let events: RowEvent[] = [];
  let gtid: string | undefined;
  let open = false;
  const commit = (event: AnyBinlogEvent) => {
    if (event.nextPosition > 0) place = { file: place.file, offset: event.nextPosition };
    emit({ end: place, gtid, at: event.timestamp, events });
    events = [];
    open = false;
  };
  return (event) => {
    const name = event.getTypeName();
    switch (name) {
      case 'Rotate': {
        const { binlogName, position } = event as unknown as { binlogName: string; position: number };
        const next = { file: binlogName, offset: Number(position) };
        if (binlogName === place.file) return;
        place = next;
        return emit({ end: place, at: event.timestamp, events: [] });
      }
      case 'MariadbGtid':
        open = true;
        gtid = (event as unknown as { gtid: string }).gtid;
        return;
      case 'Xid':
        return commit(event);
      case 'Query': {
        const { query, schema: current } = event as unknown as { query: string; schema: string };
        const verdict = judgeStatement(query, current, schema, [...tables.keys()]);
        if (verdict.kind === 'begin') return;
        if (verdict.kind === 'refuse') throw refused(verdict, query, place);
        if (verdict.kind === 'commit' || verdict.kind === 'pass') return commit(event);
        if (verdict.kind === 'rollback') {
          events = [];
          return commit(event);
        }
        return;
      }
      case 'TableMap':
        return checkShape(event as unknown as TableMapEvent, tables, place);
      case 'WriteRows':
      case 'UpdateRows':
      case 'DeleteRows':
        return void events.push(...rowEvents(event as unknown as RawRows, tables, place));
      case 'Unknown':
      case 'TransactionPayload':
      case 'PartialUpdateRows':
      case 'XaPrepare':
        return passOrRefuse(event, name, place);
      default:
        // Between transactions everything else (checkpoints, formats, heartbeats) only moves the place.
        if (!open && event.nextPosition > place.offset && name !== 'Format') {
          place = { file: place.file, offset: event.nextPosition };
          emit({ end: place, at: event.timestamp, events: [] });
        }
    }
  };
}

interface RawRows {
  getTypeName(): string;
  tableId: number;
  tableMap: Record<number, { tableName: string }>;
  rows: unknown[];
  columns_present_bitmap: Buffer;
  columns_present_bitmap2?: Buffer;
}

function rowEvents(event: RawRows, tables: ReadonlyMap<string, Table>, place: Position): RowEvent[] {
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
function checkShape(event: TableMapEvent, tables: ReadonlyMap<string, Table>, place: Position): void {
  const table = tables.get(event.tableName);
  const names = (event as unknown as { columnNames?: string[] }).columnNames;
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
function passOrRefuse(event: AnyBinlogEvent, name: string, place: Position): void {
  const { size } = event as unknown as { size: number };
  if (name === 'Unknown' && size === 0) return;
  const found = name === 'Unknown' ? 'an event of an unknown type' : `a ${name} event`;
  throw migrationErrors.error('STREAM_EVENT', { position: showPosition(place), found });
}

function unreadable(error: Error, from: Position): Error {
  if ((error as { errno?: number }).errno === 1236)
    return migrationErrors.error('STREAM_GAP', { group: '', file: from.file }, error);
  return migrationErrors.error(
    'STREAM_EVENT',
    { position: showPosition(from), found: messageOf(error) },
    error,
  );
}

function isLost(error: Error): boolean {
  const { code = '', errno = 0 } = error as { code?: string; errno?: number };
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|PROTOCOL_|ERR_STREAM)/.test(code) ||
    /ER_(ACCESS_DENIED|CON_COUNT|SERVER_SHUTDOWN)/.test(code) ||
    [1040, 1053, 1317].includes(errno)
  );
}

function closeReader(zongji: ZongJi, mark: () => void): Promise<void> {
  mark();
  if (zongji.stopped) return Promise.resolve();
  return new Promise((resolve) => {
    zongji.once('stopped', () => resolve());
    zongji.stop();
  });
}
