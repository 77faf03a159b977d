/** `strangler status`: the facade's routes and the worker's data groups on one screen. */
import { systemClock } from '../../chassis/clock.ts';
import { describeError, EXIT } from '../../chassis/errors.ts';
import type { StatusView } from '../../facade/admin/views.ts';
import type { GroupView } from '../../migrations/worker/views.ts';
import type { AdminClient } from '../admin-client.ts';
import { type AskingOptions, type CliContext, withAdmins } from '../context.ts';
import { table } from '../print.ts';
import { groupLines } from '../show-data.ts';
import { dividedLines, quarantineLines, routesTable } from '../show-route.ts';
import { upstreamRows } from '../show-upstream.ts';

/** Options of `status`. */
export interface StatusOptions extends AskingOptions {
  watch?: boolean;
}

/** One side's answer, or why there is none. */
type Side<T> =
  | { known: true; view: T }
  | { known: false; error: { code: string; message: string; remedy: string } };

/** Ends with 0 when both sides answer, 4 when one does not. A config without data groups needs no worker. */
export function status(context: CliContext, options: StatusOptions): Promise<number> {
  return withAdmins(options, context, async (admins) => {
    const { facade } = admins;
    for (;;) {
      const [routes, groups] = await Promise.all([
        ask<StatusView>(() => facade, '/api/status'),
        admins.hasData
          ? ask<GroupView[]>(() => admins.worker, '/api/data')
          : { known: true as const, view: [] },
      ]);
      if (options.json) context.json({ facade: routes, worker: groups });
      else
        context.print(
          `${options.watch ? '\u001b[2J\u001b[H' : ''}${facadeText(routes, systemClock.now())}\n\n${workerText(groups, systemClock.now())}`.trimEnd(),
        );
      if (!options.watch) return routes.known && groups.known ? EXIT.ok : EXIT.unreachable;
      await systemClock.sleep(1_000);
    }
  });
}

async function ask<T>(client: () => AdminClient, path: string): Promise<Side<T>> {
  try {
    return { known: true, view: await client().get<T>(path) };
  } catch (error) {
    const { code, message, remedy } = describeError(error);
    return { known: false, error: { code, message, remedy } };
  }
}

function facadeText(side: Side<StatusView>, now: number): string {
  if (!side.known) return `facade: ${side.error.message}\n  ${side.error.remedy}`;
  const { config, store, upstreams, routes, quarantined, divided } = side.view;
  const file = config.valid
    ? `config ${config.version} of ${config.file}`
    : `config ${config.version} STAYS IN FORCE: the file is invalid now\n${config.problem?.message ?? ''}`;
  const rows = upstreams.flatMap((one) => upstreamRows(one, now));
  const store_ = `store ${store.kind}${store.available ? '' : ' IS AWAY: the last known toggles stay'}`;
  const restart =
    config.restartNeeded.length > 0 ? [`restart needed for ${config.restartNeeded.join(', ')}`] : [];
  return [
    `facade: ${file}`,
    ...restart,
    store_,
    'upstreams',
    table(rows),
    '',
    routesTable(routes),
    ...dividedLines(divided),
    ...quarantineLines(quarantined),
  ].join('\n');
}

function workerText(side: Side<GroupView[]>, now: number): string {
  if (!side.known) return `worker: ${side.error.message}\n  ${side.error.remedy}`;
  return side.view.map((view) => groupLines(view, now)).join('\n\n');
}
