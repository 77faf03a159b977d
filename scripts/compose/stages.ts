import { setTimeout as delay } from 'node:timers/promises';
import { answersByUpstream } from './answers-by-upstream.ts';
import type { CommandResult } from './run-command.ts';

/** The running system as the walk needs it. */
export interface StagesOptions {
  /** URLs of the facade and of its admin API, as reached from here. */
  facade: string;
  admin: string;
  token: string;
  /** Runs `strangler` beside the worker. */
  strangler: (...args: string[]) => Promise<CommandResult>;
  log: (line: string) => void;
}

const ROUTE = 'products-read';
const GROUP = 'catalog';
const REQUESTS = 5;
const COMPARED_WITHIN = 30_000;
const SETTLED_WITHIN = 20_000;

interface Step {
  stage: 'legacy' | 'shadow' | 'canary' | 'live';
  percent?: number;
  answeredBy: 'legacy' | 'catalog';
}

const STEPS: readonly Step[] = [
  { stage: 'legacy', answeredBy: 'legacy' },
  { stage: 'shadow', answeredBy: 'legacy' },
  { stage: 'canary', percent: 100, answeredBy: 'catalog' },
  { stage: 'live', answeredBy: 'catalog' },
  { stage: 'legacy', answeredBy: 'legacy' },
];

/** Copies the catalog's data, then asks for one product in each stage of its route; raises on the first surprise. */
export async function walkThroughStages(options: StagesOptions): Promise<void> {
  await mustStrangler(options, 'data', 'copy', GROUP);
  await mustStrangler(options, 'data', 'stream', GROUP);
  const path = await aProduct(options.facade);
  const first = await product(options.facade, path);
  for (const step of STEPS) {
    await setStage(options, step);
    await askAnsweredBy(options, step, async () =>
      same(first, await product(options.facade, path), step.stage),
    );
    const compared = step.stage === 'shadow' ? `, ${await untilCompared(options)}` : '';
    const percent = step.percent === undefined ? '' : ` ${step.percent} %`;
    options.log(`  ${step.stage}${percent}: GET ${path} answered by ${step.answeredBy}${compared}`);
  }
}

async function mustStrangler({ strangler, log }: StagesOptions, ...args: string[]): Promise<void> {
  const { code, output } = await strangler(...args);
  if (code !== 0) throw new Error(`strangler ${args.join(' ')} ended with ${code}:\n${output}`);
  log(`  strangler ${args.join(' ')}: 0`);
}

async function aProduct(facade: string): Promise<string> {
  const list = await (await fetch(`${facade}/api/products?per_page=1`)).text();
  // As text: the ids are beyond what a JavaScript number holds.
  const id = /"prd_id":"(\d+)"/.exec(list)?.[1];
  if (id === undefined) throw new Error(`GET /api/products gave no product: ${list.slice(0, 200)}`);
  return `/api/products/${id}`;
}

/** What of a product stays the same while the traffic changes prices and stock. */
async function product(facade: string, path: string): Promise<string> {
  const response = await fetch(`${facade}${path}`);
  const body = (await response.json()) as Record<string, unknown>;
  const { ID, sku, Name } = body;
  return JSON.stringify({
    status: response.status,
    type: response.headers.get('content-type'),
    keys: Object.keys(body),
    ID,
    sku,
    Name,
  });
}

function same(expected: string, found: string, stage: string): void {
  if (found !== expected)
    throw new Error(`In stage ${stage}, found the answer ${found}; expected ${expected}.`);
}

async function api(options: StagesOptions, path: string, change?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' };
  const body = change && JSON.stringify(change);
  const response = await fetch(`${options.admin}${path}`, { method: body ? 'PUT' : 'GET', headers, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function setStage(options: StagesOptions, { stage, percent }: Step): Promise<void> {
  await api(options, `/api/routes/${ROUTE}/stage`, {
    stage,
    percent,
    reason: 'npm run test:compose',
    force: true,
  });
}

async function counted({ admin }: StagesOptions): Promise<Record<string, number>> {
  return answersByUpstream(await (await fetch(`${admin}/metrics`)).text(), ROUTE);
}

/**
 * Asks until all answers since the last look came from the expected side: what was under way when the
 * stage changed is still counted for the old one. The traffic's requests count too.
 */
async function askAnsweredBy(
  options: StagesOptions,
  { stage, answeredBy }: Step,
  ask: () => Promise<void>,
): Promise<void> {
  const other = answeredBy === 'legacy' ? 'catalog' : 'legacy';
  const deadline = Date.now() + SETTLED_WITHIN;
  for (;;) {
    const before = await counted(options);
    for (let count = 0; count < REQUESTS; count++) await ask();
    const after = await counted(options);
    const grown = (upstream: string) => (after[upstream] ?? 0) - (before[upstream] ?? 0);
    if (grown(answeredBy) >= REQUESTS && grown(other) === 0) return;
    if (Date.now() < deadline) continue;
    throw new Error(
      `In stage ${stage}, found ${grown(answeredBy)} answers of ${answeredBy} and ${grown(other)} of ${other}; expected all from ${answeredBy}.`,
    );
  }
}

interface Evidence {
  summary: { compared: number; mismatched: number };
  clusters: object[];
}

async function untilCompared(options: StagesOptions): Promise<string> {
  const deadline = Date.now() + COMPARED_WITHIN;
  for (;;) {
    const { summary, clusters } = (await api(options, `/api/routes/${ROUTE}/evidence`)) as Evidence;
    if (summary.compared >= REQUESTS) {
      const details = clusters.map((cluster) => `\n    ${JSON.stringify(cluster).slice(0, 400)}`).join('');
      return `${summary.compared} compared, ${summary.mismatched} different${details}`;
    }
    if (Date.now() > deadline)
      throw new Error(`found ${summary.compared} comparisons in shadow; expected ${REQUESTS} or more`);
    await delay(200);
  }
}
