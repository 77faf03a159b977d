/** Pure. The small notations of the config file: durations, percentages, factors, addresses. */
import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What a timer of Node can wait is 2^31 - 1 ms, almost 25 days; some wait up to a fifth longer than they are told. */
export const LONGEST_TIMER_MS = 20 * UNIT_MS.d;

/** `250ms`, `2s`, `30m`, `1h`, `7d` → milliseconds, for what is reckoned and not waited for. */
export const longDuration = z
  .string({
    error: (issue) => `found ${show(issue.input)}, expected a duration such as 250ms, 2s, 30m, 1h or 7d`,
  })
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, {
    error: (issue) => `found ${show(issue.input)}, expected a duration such as 250ms, 2s, 30m, 1h or 7d`,
  })
  .transform((text) => {
    const [, amount, unit] = /^([\d.]+)(ms|s|m|h|d)$/.exec(text)!;
    return Math.round(Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]);
  });

/** The same, for what a timer waits for: a longer one would be over at once. */
export const duration = longDuration.refine((ms) => ms <= LONGEST_TIMER_MS, {
  error: 'expected at most 20d',
});

/** `1%` or `0.5%` → a fraction (0.01, 0.005). */
export const percentage = z
  .string({ error: (issue) => `found ${show(issue.input)}, expected a percentage such as 1% or 0.5%` })
  .regex(/^\d+(\.\d+)?%$/, {
    error: (issue) => `found ${show(issue.input)}, expected a percentage such as 1% or 0.5%`,
  })
  .transform((text) => Number(text.slice(0, -1)) / 100)
  .refine((fraction) => fraction <= 1, { error: 'expected at most 100%' });

/** `1.2x` → 1.2, a ratio of the service's latency to legacy's. */
export const factor = z
  .string({ error: (issue) => `found ${show(issue.input)}, expected a factor such as 1.2x` })
  .regex(/^\d+(\.\d+)?x$/, { error: (issue) => `found ${show(issue.input)}, expected a factor such as 1.2x` })
  .transform((text) => Number(text.slice(0, -1)));

const UNIT_BYTES = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;

/** `512B`, `16KiB`, `10MiB`, `1GiB` → bytes. */
export const byteSize = z
  .string({
    error: (issue) => `found ${show(issue.input)}, expected a size such as 512B, 16KiB, 10MiB or 1GiB`,
  })
  .regex(/^\d+(\.\d+)?(B|KiB|MiB|GiB)$/, {
    error: (issue) => `found ${show(issue.input)}, expected a size such as 512B, 16KiB, 10MiB or 1GiB`,
  })
  .transform((text) => {
    const [, amount, unit] = /^([\d.]+)(B|KiB|MiB|GiB)$/.exec(text)!;
    return Math.round(Number(amount) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES]);
  });

/** `127.0.0.1:8080` or `[::1]:0`; port 0 means any free port. */
export const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, {
    error: (issue) => `found ${show(issue.input)}, expected host:port such as 127.0.0.1:8080`,
  })
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port <= 65_535, { error: 'expected a port from 0 to 65535' });

/** Where a process listens; port 0 means any free port. */
export type ListenAddress = z.output<typeof listenAddress>;

/** An absolute URL of one of the given schemes, kept as text. */
export function urlOf(...schemes: string[]) {
  return z
    .string()
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), {
      error: (issue) =>
        `found ${show(issue.input)}, expected a URL starting with ${schemes.map((s) => `${s}://`).join(' or ')}`,
    });
}

/** How a found value is shown in a message: short, quoted, credentials of URLs hidden. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return Number(inner);
    return typeof inner === 'string' ? inner.replace(CREDENTIALS, '://***@') : inner;
  });
  const text = json ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

// Up to the last @, since a password may hold one that was not escaped.
const CREDENTIALS = /:\/\/.*@/gs;
