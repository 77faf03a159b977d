/** The door to winston: JSON lines with a time, a level, the process, a message and fields. */
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import winston from 'winston';
import { createBatch } from './log-batch.ts';
import { logLine, WrittenFields, withOwn } from './log-line.ts';
import { currentRequestId } from './request-id.ts';

/** What the kit asks of a log. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  /** A logger whose lines carry these fields too. */
  child(fields: object): Logger;
}

/** How a process logs. */
export interface LoggerOptions {
  /** The process's name, on every line. */
  process: string;
  /** `debug`, `info` (default), `warn` or `error`. */
  level?: string;
  /** Receives each line without its line break; standard output by default. */
  write?: (line: string) => void;
}

/** A process's own logger, to be flushed before the process ends. */
export interface ProcessLogger extends Logger {
  /** Resolves when every line so far is written, at the latest after a second. */
  flush(): Promise<void>;
}

const NONE = {};
const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
type Level = (typeof LEVELS)[number];

/** Makes a process's logger. */
export function createLogger({ process: name, level = 'info', write }: LoggerOptions): ProcessLogger {
  // A line is text before winston sees it, and winston only carries it: see handOn.
  const asItIs = winston.format((info) => Object.assign(info, { [MESSAGE]: info.text }));
  const sink = new Writable({ decodeStrings: false, write: write === undefined ? toOutput : toLines(write) });
  const transport = new winston.transports.Stream({ stream: sink, eol: '\n' });
  const logger = winston.createLogger({ level: CARRIER, format: asItIs(), transports: [transport] });
  const handOn = (text: string) => void logger.log({ level: CARRIER, message: '', text });
  const batch = createBatch(handOn);
  const now = createTimestamps();

  const emit = (severity: Level, message: string, fields: object) => {
    const time = now();
    // A field of this name is that of the head; where there is none, the one of the request under way.
    const known =
      fields instanceof WrittenFields || ('requestId' in fields && fields.requestId !== undefined);
    const requestId = known ? undefined : currentRequestId();
    const head = { time, level: severity, process: name, message: String(message) };
    const line = logLine(requestId === undefined ? head : { ...head, requestId }, fields);
    if (write !== undefined) return handOn(line);
    batch.add(line);
    // What goes wrong may be the last thing a process says.
    if (severity === 'error') batch.end();
  };
  const flush = () => {
    batch.end();
    return drained([logger, transport, sink, process.stdout]);
  };
  return { ...adapt(emit, enabledFrom(level), undefined), flush };
}

/** What winston's format leaves for a transport to write (package triple-beam). */
const MESSAGE = Symbol.for('message');

/** Whether a line is wanted is decided before; this level is enabled whatever the logger's level is. */
const CARRIER = 'error';

/** The time now in ISO 8601, written once a millisecond. */
function createTimestamps(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}

/** winston and a full pipe hand lines on in later turns; `process.exit` would lose them. */
async function drained(streams: { writableLength: number; readableLength?: number }[]): Promise<void> {
  const deadline = performance.now() + 1_000;
  const waiting = () => streams.some((one) => one.writableLength + (one.readableLength ?? 0) > 0);
  while (waiting() && performance.now() < deadline) await nextTurn();
}

/** A logger that writes nothing, for tests and libraries. */
export function createNullLogger(): Logger {
  const nothing = () => {};
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    child: () => logger,
  };
  return logger;
}

/** `debug` is written when the level is `debug`, and so on; an unknown level writes as `info` does. */
function enabledFrom(level: string): ReadonlySet<Level> {
  const last = LEVELS.indexOf(level as Level);
  return new Set(LEVELS.slice(0, (last < 0 ? LEVELS.indexOf('info') : last) + 1));
}

function adapt(
  emit: (level: Level, message: string, fields: object) => void,
  enabled: ReadonlySet<Level>,
  own: object | undefined,
): Logger {
  const at = (level: Level) => {
    if (!enabled.has(level)) return () => {};
    return (message: string, fields: object = NONE) =>
      emit(level, message, own === undefined ? fields : withOwn(own, fields));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => adapt(emit, enabled, { ...own, ...fields }),
  };
}

function toOutput(text: string, _encoding: string, done: () => void): void {
  process.stdout.write(text, () => done());
}

function toLines(write: (line: string) => void) {
  return (text: string, _encoding: string, done: () => void) => {
    write(text.trimEnd());
    done();
  };
}
