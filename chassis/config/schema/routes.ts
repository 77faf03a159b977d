/** Pure. The `routes:` section: what each route matches, where it stands, how it is compared and judged. */
import { z } from 'zod';
import { accessKeys, scopes } from './access.ts';
import { targetPolicy } from './admission.ts';
import { keySource } from './key-source.ts';
import { routeMatch } from './match.ts';
import { byteSize, duration, factor, longDuration, percentage, show } from './quantities.ts';
import { routeWebSocket } from './websocket.ts';

/** Where a route stands on its way from the monolith to a service. */
export const STAGES = ['legacy', 'shadow', 'canary', 'live', 'retired'] as const;
/** One of `legacy`, `shadow`, `canary`, `live`, `retired`. */
export type Stage = (typeof STAGES)[number];

const percentOfKeys = z
  .number({ error: (issue) => `found ${show(issue.input)}, expected a number from 0 to 100` })
  .min(0)
  .max(100);

const jsonPath = z.string().regex(/^\$((\.[A-Za-z0-9_-]+|\.\*|\[\]|\["[^"]+"\]))*$/, {
  error: (issue) =>
    `found ${show(issue.input)}, expected a path such as $.items[].price (arrays as [], any key as .*)`,
});

const ignoreRule = z.strictObject({
  path: z.union([jsonPath, z.string().regex(/^header [a-z0-9-]+$/)], {
    error: (issue) => `found ${show(issue.input)}, expected a path such as $.items[].price, or "header NAME"`,
  }),
  reason: z.string().min(1),
  until: z.union([z.iso.date(), z.date().transform((date) => date.toISOString().slice(0, 10))]).optional(),
});

const unorderedRule = z.strictObject({ path: jsonPath, by: z.string().min(1).optional() });

const compare = z
  .strictObject({
    ignore: z.array(ignoreRule).default([]),
    unordered: z.array(unorderedRule).default([]),
    /** A value that differs now but agrees within this time on two fresh reads in a row is lag, not a mismatch. */
    maxLag: duration.default(5_000),
  })
  .prefault({});

const shadow = z
  .strictObject({
    sample: z.number().min(0).max(1).default(1),
    timeout: duration.default(2_000),
    concurrency: z.number().int().min(1).max(1_000).default(32),
    maxBody: z.number().int().min(0).default(1_048_576),
  })
  .prefault({});

const gate = z
  .strictObject({
    mismatch: percentage.default(0.01),
    minimum: longDuration.default(30 * 60_000),
    latency: factor.default(1.5),
    errors: percentage.default(0.005),
    data: z.string().optional(),
  })
  .prefault({});

/** The id of a route, and the name of a group; short enough for a tester's token to hold it. */
export const routeId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,127}$/, {
  error: (issue) => `found ${show(issue.input)}, expected at most 128 lower-case letters, digits and dashes`,
});

/** The schema of one entry of `routes:`. */
export const routeSchema = z.strictObject({
  id: routeId,
  match: routeMatch,
  service: z.string(),
  stage: z.enum(STAGES, {
    error: (issue) => `found ${show(issue.input)}, expected one of ${STAGES.join(', ')}`,
  }),
  percent: percentOfKeys.default(0),
  /** The percents through which promote leads; nothing moves by time. */
  steps: z
    .array(percentOfKeys)
    .min(1)
    .default([10])
    .refine((steps) => steps.every((one, index) => one > (steps[index - 1] ?? 0)), {
      error: (issue) =>
        `found ${show(issue.input)}, expected percents above 0, each larger than the one before`,
    }),
  /** Routes of one group share their assignment and move together. */
  group: routeId.optional(),
  key: z
    .array(keySource)
    .min(1)
    .default([{ kind: 'ip' }]),
  timeout: duration.default(30_000),
  /** The time that all attempts together have until an answer begins; none by default. */
  deadline: duration.optional(),
  /** How long nothing of an answer may move, by either side; none by default, for event streams may be silent. */
  idle: duration.optional(),
  shadow,
  compare,
  gate,
  /** The facade's policy when it is not given. */
  ambiguousTargets: targetPolicy.optional(),
  limits: z.strictObject({ body: byteSize.optional(), total: duration.optional() }).prefault({}),
  websocket: routeWebSocket,
  ...accessKeys,
  scopes,
  onFail: z.enum(['rollback', 'step-down', 'freeze']).default('rollback'),
});

/** One route as validated: defaults filled in, durations in milliseconds, percentages as fractions. */
export type RouteConfig = z.output<typeof routeSchema>;
