/** The door to winston: JSON lines with a time, a level, the process, a message and fields. */
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import winston from 'winston';
import { logLine } from './log-line.ts';
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

/** Makes a process's logger. */
export function createLogger({ process: name, level = 'info', write }: LoggerOptions): ProcessLogger {
  const line = winston.format((info) => {
    const { requestId = currentRequestId(), ...fields } = info.fields as { requestId?: string };
    const { level: severity, message } = info;
    const time = new Date().toISOString();
    const head = { time, level: severity, process: name, message: String(message), requestId };
    info[Symbol.for('message')] = logLine(head, fields);
    return info;
  });
  const sink = write === undefined ? batchedOutput() : lineStream(write);
  const transport = new winston.transports.Stream({ stream: sink, eol: '\n' });
  const logger = winston.createLogger({ level, format: line(), transports: [transport] });
  return { ...adapt(logger, {}), flush: () => drained([logger, transport, sink, process.stdout]) };
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

/**
 * Everything travels as one value: winston would take a %s in a message for a placeholder, and mix fields named
 * message or stack into it.
 */
function adapt(logger: winston.Logger, own: object): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: object) => {
    if (logger.isLevelEnabled(level)) logger.log({ level, message, fields: { ...own, ...fields } });
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => adapt(logger, { ...own, ...fields }),
  };
}

/** The lines of one turn of the event loop go out in one write: a write a line costs more than the line. */
function batchedOutput(): Writable {
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      setImmediate(() => process.stdout.write(text, () => done()));
    },
    writev(chunks, done) {
      process.stdout.write(chunks.map(({ chunk }) => chunk).join(''), () => done());
    },
  });
}

function lineStream(write: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      write(String(text).trimEnd());
      done();
    },
  });
}
