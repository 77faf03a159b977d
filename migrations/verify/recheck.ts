/** The second look at rows that differed, and the verdict on each. */
import type { Value } from '../../acl/value.ts';
import type { Clock } from '../../chassis/clock.ts';
import { migrationErrors } from '../errors.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { selectRows, whereKeys } from '../rows/select.ts';
import { readCheckpoint } from '../state/checkpoint.ts';
import { hasPassed, type Position, showPosition } from '../stream/position.ts';
import { readSourcePosition } from '../stream/source-position.ts';
import { knownTargetKey } from '../write/change.ts';
import { compareWithTarget, type Expected, expectedOf, type Located } from './images.ts';
import { MAX_SAMPLES, type VerifyResult } from './result.ts';

const BATCH = 500;
const ROUNDS = 20;
const PATIENCE = 60_000;

interface RecheckDeps {
  group: OpenGroup;
  clock: Clock;
}

/** Looks again at the suspects (source keys by their text) until each is equal or proven different. */
export async function recheck(
  deps: RecheckDeps,
  table: GroupTable,
  suspects: ReadonlyMap<string, Value[]>,
  result: VerifyResult,
  signal?: AbortSignal,
): Promise<void> {
  const entries = [...suspects];
  for (let at = 0; at < entries.length; at += BATCH)
    await recheckBatch(deps, table, new Map(entries.slice(at, at + BATCH)), result, signal);
}

async function recheckBatch(
  deps: RecheckDeps,
  table: GroupTable,
  suspects: ReadonlyMap<string, Value[]>,
  result: VerifyResult,
  signal?: AbortSignal,
): Promise<void> {
  let open = new Map(suspects);
  let before: ReadonlyMap<string, string> = new Map();
  for (let round = 1; open.size > 0; round++) {
    signal?.throwIfAborted();
    const expected = await expectedFor(deps.group, table, open);
    await untilStreamed(deps, await readSourcePosition(deps.group.source), signal);
    const found = await compareWithTarget(deps.group.target, table, expected);
    const images = imagesOf(expected);
    const judged = judge(expected, found);
    const hot = new Map<string, Value[]>();
    for (const [key, verdict] of judged) {
      if (verdict.length === 0 && !expected.find((one) => one.key === key)?.refused) continue;
      // Seen twice with the same source image: it is not the stream that is late.
      if (before.get(key) === images.get(key) || round === ROUNDS) record(key, verdict, expected, result);
      else hot.set(key, open.get(key)!);
    }
    before = images;
    open = hot;
  }
}

/** Rows gone from the source are expected to have nothing in the target. */
async function expectedFor(
  { source }: OpenGroup,
  table: GroupTable,
  keys: ReadonlyMap<string, Value[]>,
): Promise<Expected[]> {
  const rows = await selectRows(
    source,
    table.source,
    table.columns,
    whereKeys(table.key, [...keys.values()]),
  );
  const present = expectedOf(table, rows);
  const known = new Set(present.map(({ key }) => key));
  const names = table.source.primaryKey;
  const gone = [...keys]
    .filter(([key]) => !known.has(key))
    .map(([key, sourceKey]): Expected => {
      const row = Object.fromEntries(names.map((name, index) => [name, sourceKey[index]!]));
      return { key, sourceKey, targetKey: knownTargetKey(table, row), rows: [], refused: false };
    });
  return [...present, ...gone];
}

function imagesOf(expected: readonly Expected[]): Map<string, string> {
  return new Map(expected.map(({ key, rows, refused }) => [key, `${refused}${JSON.stringify(rows)}`]));
}

function judge(expected: readonly Expected[], found: readonly Located[]): Map<string, Located[]> {
  const byOwner = new Map<string, Located[]>(expected.map(({ key }) => [key, []]));
  for (const one of found) byOwner.get(one.owner)?.push(one);
  return byOwner;
}

/** A row counts once, as the worst of what was found in its tables. */
function record(
  key: string,
  found: readonly Located[],
  expected: readonly Expected[],
  result: VerifyResult,
): void {
  const one = expected.find((candidate) => candidate.key === key)!;
  if (found.length === 0) result.quarantined++;
  else if (one.refused) result.different++;
  else if (one.rows.length === 0) result.extra++;
  else if (found.some(({ kind, table }) => kind === 'missing' && table === one.rows[0]!.table))
    result.missing++;
  else result.different++;
  for (const { table, key: row, kind, column, source, target } of found)
    if (result.samples.length < MAX_SAMPLES)
      result.samples.push({ table, key: row, kind, column, source, target });
}

async function untilStreamed(
  { group, clock }: RecheckDeps,
  mark: Position,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = clock.monotonic() + PATIENCE;
  for (;;) {
    const { position } = await readCheckpoint(group.target, group.name);
    if (position && hasPassed(position, mark)) return;
    if (clock.monotonic() > deadline)
      throw migrationErrors.error('VERIFY_WITHOUT_STREAM', {
        group: group.name,
        position: showPosition(mark),
      });
    await clock.sleep(50, signal);
  }
}
