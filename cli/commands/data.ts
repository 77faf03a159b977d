/** `strangler data ...`: asks the worker, follows what it does, and says how it ended. */
import { type Clock, systemClock } from '../../chassis/clock.ts';
import { EXIT } from '../../chassis/errors.ts';
import type { PlanReport } from '../../migrations/preflight/preflight.ts';
import type { GroupView } from '../../migrations/worker/views.ts';
import type { AdminClient } from '../admin-client.ts';
import { type AskingOptions, type CliContext, withAdmins } from '../context.ts';
import { cliErrors } from '../errors.ts';
import { bar, count, time } from '../print.ts';
import { groupLines, indexText, planLines, verifyLines } from '../show-data.ts';

/** What the worker can be asked to do with a group. */
export type DataAction = 'plan' | 'copy' | 'stream' | 'verify' | 'pause' | 'resume';

/** Options of the data commands. */
export interface DataOptions extends AskingOptions {
  /** Copy again from nothing. */
  fresh?: boolean;
}

const LOOK_EVERY = 250;

/** Asks the worker and follows until it is done. Raises DATA_FAILED, ADMIN_UNREACHABLE, the worker's own errors. */
export function dataCommand(
  context: CliContext,
  options: DataOptions,
  action: DataAction,
  group: string,
): Promise<number> {
  return withAdmins(options, context, async ({ worker }) => {
    const path = `/api/data/${encodeURIComponent(group)}`;
    if (action === 'plan')
      return plan(context, options, group, await worker.post<PlanReport>(`${path}/plan`));
    const before = await worker.get<GroupView>(path);
    await worker.post(`${path}/${action}`, { fresh: options.fresh === true });
    const follower = createFollower(context, worker, path, systemClock);
    switch (action) {
      case 'copy':
        return report(context, options, await follower((view) => copied(view), copyProgress));
      case 'stream':
      case 'resume':
        return report(context, options, await follower((view) => view.caughtUp, streamProgress));
      case 'verify':
        return verdict(
          context,
          options,
          await follower((view) => verifiedAfter(view, before), verifyProgress),
        );
      case 'pause':
        return report(context, options, await follower((view) => view.state === 'paused', streamProgress));
    }
  });
}

/** `strangler data status [group]`. */
export function dataStatus(context: CliContext, options: AskingOptions, group?: string): Promise<number> {
  return withAdmins(options, context, async ({ worker }) => {
    const views = group
      ? [await worker.get<GroupView>(`/api/data/${encodeURIComponent(group)}`)]
      : await worker.get<GroupView[]>('/api/data');
    if (options.json) context.json(views);
    else for (const view of views) context.print(groupLines(view, systemClock.now()));
    return EXIT.ok;
  });
}

function createFollower(context: CliContext, worker: AdminClient, path: string, clock: Clock) {
  return async (
    done: (view: GroupView) => boolean,
    line: (view: GroupView) => string,
  ): Promise<GroupView> => {
    for (;;) {
      const view = await worker.get<GroupView>(path);
      const ended = done(view);
      context.progress(line(view), ended);
      if (ended) return view;
      if (view.state === 'failed' || (view.error !== undefined && view.verifying === null)) {
        throw cliErrors.error('DATA_FAILED', {
          group: view.group,
          reason: view.error ?? 'no reason was given',
        });
      }
      await clock.sleep(LOOK_EVERY);
    }
  };
}

function copied({ state, copy }: GroupView): boolean {
  return (state === 'streaming' || state === 'caught-up') && copy.chunks.done === copy.chunks.total;
}

function verifiedAfter({ verified, verifying }: GroupView, before: GroupView): boolean {
  return verifying === null && verified !== null && verified.at !== before.verified?.at;
}

function copyProgress({ copy }: GroupView): string {
  const speed = copy.rowsPerSecond === null ? '' : `, ${count(copy.rowsPerSecond)} rows/s`;
  const left = copy.secondsLeft === null ? '' : `, about ${time(copy.secondsLeft * 1_000)} left`;
  return `copy ${bar(copy.chunks.done, copy.chunks.total)} ${count(copy.rows)} rows${speed}${left}${indexText(copy)}`;
}

function streamProgress({ state, stream, lagSeconds }: GroupView): string {
  return `${state}: ${count(stream.applied)} changes applied, lag ${lagSeconds === null ? 'unknown' : `${lagSeconds} s`}`;
}

function verifyProgress({ verifying, verified, copy }: GroupView): string {
  const seen = verifying?.seen ?? verified?.rows ?? 0;
  return `verify ${bar(seen, verifying === null ? seen : Math.max(copy.rows, seen))} ${count(seen)} rows`;
}

function plan(context: CliContext, options: AskingOptions, group: string, report: PlanReport): number {
  if (options.json) context.json(report);
  else context.print(planLines(group, report));
  return report.findings.some(({ level }) => level === 'blocker') ? EXIT.different : EXIT.ok;
}

function report(context: CliContext, options: AskingOptions, view: GroupView): number {
  if (options.json) context.json(view);
  else context.print(groupLines(view, systemClock.now()));
  return EXIT.ok;
}

function verdict(context: CliContext, options: AskingOptions, view: GroupView): number {
  if (options.json) context.json(view);
  else context.print(verifyLines(view, systemClock.now()));
  return view.verified?.clean ? EXIT.ok : EXIT.different;
}
