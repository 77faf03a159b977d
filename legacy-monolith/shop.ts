import type { Request } from 'express';
import type { Db } from './db.ts';
import type { EventPoller } from './events.ts';

/** What every handler of the shop reaches for. */
export interface Shop {
  db: Db;
  /** Folder of the uploaded images. */
  uploadDir: string;
  now: () => Date;
  events: EventPoller;
  /** Ends each open order feed. */
  feeds: Set<() => void>;
  /** Between two signs of life on a quiet feed or socket. */
  heartbeatMs: number;
}

/** The shop behind a request; put into app.locals by createShop. */
export function shopOf(req: Request): Shop {
  return req.app.locals.shop as Shop;
}

/** The first value of a query parameter, or the empty string. */
export function query(req: Request, name: string): string {
  const value: unknown = req.query[name];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/** The JSON or form body as an object; an empty one when there is none. */
export function body(req: Request): Record<string, unknown> {
  const value: unknown = req.body;
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A path parameter. */
export function param(req: Request, name: string): string {
  return String(req.params[name] ?? '');
}

const MAX_BIGINT = 2n ** 64n - 1n;

/** An unsigned BIGINT in its one decimal spelling, or undefined. */
export function bigId(text: string): bigint | undefined {
  if (!/^[1-9]\d{0,19}$/.test(text)) return undefined;
  const id = BigInt(text);
  return id <= MAX_BIGINT ? id : undefined;
}

/** An INT id in its one decimal spelling, or undefined. */
export function smallId(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** parseInt as the shop has always used it: '12abc' is 12, anything that is no number is the default. */
export function looseInt(text: string, otherwise: number): number {
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) ? value : otherwise;
}

/** 20240131 of a moment, UTC. */
export function dayNumber(at: Date): number {
  return Number(at.toISOString().slice(0, 10).replaceAll('-', ''));
}

/** 134501 of a moment, UTC. */
export function clockNumber(at: Date): number {
  return Number(at.toISOString().slice(11, 19).replaceAll(':', ''));
}

/** Seconds since 1970. */
export function unixSeconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/** '2024-01-31 13:45:01' of a moment, UTC. */
export function datetime(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}
