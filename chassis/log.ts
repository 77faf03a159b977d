/** The door to winston: JSON lines with a time, a level, the process, a message and fields. */
import { Writable } from 'node:stream';
import winston from 'winston';
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

/** Makes a process's logger. */
export function createLogger({ process: name, level = 'info', write }: LoggerOptions): Logger {
  const line = winston.format((info) => {
    const requestId = info.requestId ?? currentRequestId();
    const { level: severity, message, ...fields } = info;
    const entry = {
      time: new Date().toISOString(),
      level: severity,
      process: name,
      message,
      requestId,
      ...fields,
    };
    info[Symbol.for('message')] = JSON.stringify(entry, errorsAsText);
    return info;
  });
  const logger = winston.createLogger({ level, format: line(), transports: [transportOf(write)] });
  return adapt(logger);
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

function adapt(logger: winston.Logger): Logger {
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
    child: (fields) => adapt(logger.child(fields)),
  };
}

function transportOf(write: LoggerOptions['write']): winston.transport {
  if (write === undefined) return new winston.transports.Console({ forceConsole: false });
  return new winston.transports.Stream({ stream: lineStream(write) });
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

function errorsAsText(_key: string, value: unknown): unknown {
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  return typeof value === 'bigint' ? value.toString() : value;
}
