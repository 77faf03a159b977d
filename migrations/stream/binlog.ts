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
import { messageOf } from '../../chassis/errors.ts';
import { FIDELITY_OPTIONS, urlOptions } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';
import type { Table } from '../rows/table.ts';
import { type BinlogEvent, createAssembler, type SourceTransaction } from './assemble.ts';
import { type Position, showPosition } from './position.ts';

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
  const assembler = createAssembler({ schema, tables: byName }, from, handlers.onTransaction);
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
      assembler(event as unknown as BinlogEvent);
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
