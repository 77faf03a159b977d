/** The door to undici: plain HTTP calls on own connection pools, no redirects, no retries. */
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { originConnector } from './origin-connector.ts';
import { AnswerReader, type ReadLimits, type WholeAnswer } from './whole-answer.ts';

/** One HTTP exchange to be made. */
export interface TransportRequest {
  /** Scheme, host and port. */
  origin: string;
  /** Path and query as they go on the wire. */
  path: string;
  method: string;
  headers: Record<string, string | string[]>;
  body?: Buffer | string;
  signal?: AbortSignal;
}

/** An answer whose body is still to be read (or destroyed). */
export interface TransportResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Readable;
}

/** A set of connection pools, one for each origin. */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>;
  /** The same for an answer that is wanted whole, at less cost. Rejects with AnswerLate when the time is up. */
  read(request: Omit<TransportRequest, 'body' | 'signal'>, limits: ReadLimits): Promise<WholeAnswer>;
  close(): Promise<void>;
}

/** Limits of a transport; times in milliseconds. */
export interface TransportOptions {
  /** Connections for each origin; 64 by default. */
  connections?: number;
  connectTimeout?: number;
  headersTimeout?: number;
  bodyTimeout?: number;
}

/** Makes a transport; `close` ends its connections at once. */
export function createTransport(options: TransportOptions = {}): Transport {
  const { connections = 64, connectTimeout = 2_000, headersTimeout = 30_000, bodyTimeout = 30_000 } = options;
  const agent = new Agent({
    connections,
    pipelining: 1,
    connect: originConnector(connectTimeout),
    headersTimeout,
    bodyTimeout,
  });
  return {
    async request({ origin, path, method, headers, body, signal }) {
      const answer = await agent.request({ origin, path, method: method as 'GET', headers, body, signal });
      return {
        status: answer.statusCode,
        headers: answer.headers as TransportResponse['headers'],
        body: answer.body,
      };
    },
    read: ({ origin, path, method, headers }, limits) =>
      new Promise((resolve, reject) => {
        const reader = new AnswerReader(limits, resolve, reject);
        // The reader has the one limit; undici's own would be a timer for the head, and one for the body.
        const noLimits = { headersTimeout: 0, bodyTimeout: 0 };
        agent.dispatch({ origin, path, method: method as 'GET', headers, ...noLimits }, reader);
      }),
    close: () => agent.destroy(),
  };
}

/** Gives up a body that nobody wants to read. */
export function discardBody(body: Readable): void {
  // A destroyed body says so by an error event, which is news to nobody here.
  body.on('error', () => {}).destroy();
}

/** Reads a body up to `limit` bytes; beyond it, destroys the stream and returns undefined. */
export async function readBody(body: Readable, limit: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += (part as Buffer).length;
    if (size > limit) {
      discardBody(body);
      return undefined;
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts, size);
}
