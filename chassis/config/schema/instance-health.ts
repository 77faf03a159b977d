/** Pure. The keys of `upstreams:` that say which instances get requests: ejection, health checks, slow start. */
import { z } from 'zod';
import { duration, percentage, show } from './quantities.ts';

/** What an upstream's instances have when the file does not say; times in milliseconds. */
export const INSTANCE_DEFAULTS = {
  ejection: { failures: 5, serverErrors: 5, base: 30_000, most: 300_000, maxEjected: 0.5 },
  slowStart: 10_000,
  panic: 0.5,
} as const;

const ejection = z
  .strictObject({
    /** Failures in a row (no answer, or 502, 503, 504) after which an instance gets no requests for a while. */
    failures: z.number().int().min(1).default(INSTANCE_DEFAULTS.ejection.failures),
    /** The same for failures with any 5xx; 0: only those above count. */
    serverErrors: z.number().int().min(0).default(INSTANCE_DEFAULTS.ejection.serverErrors),
    /** How long the first time; the n-th time in short order n times as long. */
    base: duration.default(INSTANCE_DEFAULTS.ejection.base),
    most: duration.default(INSTANCE_DEFAULTS.ejection.most),
    /** Share of the instances that may be ejected at a time; 0%: none ever is. */
    maxEjected: percentage.default(INSTANCE_DEFAULTS.ejection.maxEjected),
  })
  .refine(({ base }) => base > 0, { path: ['base'], error: 'found 0 ms, expected a time such as 30s' })
  .refine(({ base, most }) => most >= base, {
    path: ['most'],
    error: (issue) => `found ${show(issue.input)}, expected most not shorter than base`,
  })
  .prefault({});

const health = z.strictObject({
  path: z.string().regex(/^\/[\x21-\x7e]*$/, {
    error: (issue) => `found ${show(issue.input)}, expected a path such as /health/ready`,
  }),
  /** From the end of one probe to the next, up to a fifth more or less. */
  interval: duration.refine((ms) => ms >= 100, { error: 'expected at least 100ms' }).default(5_000),
  timeout: duration.refine((ms) => ms > 0, { error: 'expected more than 0' }).default(1_000),
  /** Passed probes in a row until an unhealthy instance gets requests again. */
  healthy: z.number().int().min(1).default(2),
  /** Failed probes in a row until an instance gets none. */
  unhealthy: z.number().int().min(1).default(3),
  /** The status that passes; any 2xx where it is not given. */
  status: z.number().int().min(200).max(599).optional(),
});

/** The keys, for the schema of an upstream. */
export const instanceOptions = {
  ejection,
  /** Instances are asked whether they are well; they are not without it. */
  health: health.optional(),
  /** How long the share of a new or returned instance grows; 0s: not at all. */
  slowStart: duration.default(INSTANCE_DEFAULTS.slowStart),
  /** With a smaller share of good instances all are used: better some errors than too few to bear the load. */
  panic: percentage.default(INSTANCE_DEFAULTS.panic),
};

/** The health check of one upstream's instances; times in milliseconds. */
export type HealthConfig = z.output<typeof health>;
