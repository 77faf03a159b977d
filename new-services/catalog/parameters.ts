/** Pure. Query and path parameters, read as leniently as the monolith's clients are used to. */
import type { Request } from 'express';

const HIGHEST_ID = 2n ** 64n - 1n;

/** The first value of a query parameter, or the empty text. */
export function query(request: Request, name: string): string {
  const value: unknown = request.query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/** A path parameter. */
export function parameter(request: Request, name: string): string {
  return String(request.params[name] ?? '');
}

/** A product id in its one spelling, or undefined. */
export function productId(text: string): bigint | undefined {
  if (!/^[1-9]\d{0,19}$/.test(text)) return undefined;
  const id = BigInt(text);
  return id <= HIGHEST_ID ? id : undefined;
}

/** A category id in its one spelling, or undefined. */
export function categoryId(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** The number a text starts with (`12abc` is 12); undefined when it starts with none. */
export function leadingInteger(text: string): number | undefined {
  const value = Number.parseInt(text, 10);
  return Number.isSafeInteger(value) ? value : undefined;
}
