/** Pure. What the facade lets in: policies for odd targets and headers, and limits. */
import { z } from 'zod';
import { byteSize, duration, show } from './quantities.ts';

/** What becomes of a request target that servers could read differently. */
export const targetPolicy = z.enum(['reject', 'normalise', 'pass']);

/** What becomes of headers whose names have an underscore: some servers take it for a dash. */
export const underscorePolicy = z.enum(['remove', 'reject', 'pass']);

/** A host name, or `*.name` for all below it. */
export const hostName = z.string().regex(/^(\*\.)?[A-Za-z0-9_.-]+$|^\[[0-9A-Fa-f:.]+\]$/, {
  error: (issue) => `found ${show(issue.input)}, expected a host such as shop.example or *.shop.example`,
});

/** Limits of a facade; sizes in bytes, times in milliseconds. */
export const facadeLimits = z
  .strictObject({
    headers: z.number().int().min(1).default(100),
    headerBytes: byteSize.default(16_384),
    url: z.number().int().min(64).default(8_192),
    body: byteSize.optional(),
    headersTimeout: duration.default(15_000),
    bodyIdle: duration.default(30_000),
    idle: duration.default(65_000),
    /** Of a whole exchange, from its arrival to the end of the answer; none by default. */
    total: duration.optional(),
    connections: z.number().int().min(1).optional(),
    upgrades: z.number().int().min(1).optional(),
  })
  .prefault({});
