/** `strangler compare live [ID]`: watches the comparisons of live traffic for a while, and says what they found. */
import { systemClock } from '../../chassis/clock.ts';
import { EXIT } from '../../chassis/errors.ts';
import type { EvidenceView, RoutesView } from '../../facade/admin/views.ts';
import type { AdminClient } from '../admin-client.ts';
import { type AskingOptions, type CliContext, withAdmins } from '../context.ts';
import { evidenceLines } from '../show-route.ts';

/** Options of `compare live`. */
export interface LiveOptions extends AskingOptions {
  /** Seconds to watch. */
  for: number;
  /** Comparisons below which the result is inconclusive. */
  minimum: number;
}

const LOOK_EVERY = 500;

/**
 * Ends with 0 when everything compared since the routes' last change was equal, 1 when something differed, 3 when
 * fewer than `minimum` answers were compared. Ends early when something differs.
 */
export function compareLive(context: CliContext, options: LiveOptions, id?: string): Promise<number> {
  return withAdmins(options, context, async ({ facade }) => {
    const ids =
      id === undefined ? (await facade.get<RoutesView>('/api/routes')).routes.map((route) => route.id) : [id];
    const views = await watch(context, options, facade, ids);
    if (options.json) context.json({ routes: views });
    else context.print(views.map(evidenceLines).join('\n'));
    return exitOf(views, options.minimum);
  });
}

async function watch(
  context: CliContext,
  options: LiveOptions,
  facade: AdminClient,
  ids: string[],
): Promise<EvidenceView[]> {
  const until = systemClock.monotonic() + options.for * 1_000;
  for (;;) {
    const views = await Promise.all(
      ids.map((id) => facade.get<EvidenceView>(`/api/routes/${encodeURIComponent(id)}/evidence`)),
    );
    const left = until - systemClock.monotonic();
    const ended = left <= 0 || views.some(({ summary }) => summary.mismatched > 0);
    const total = (pick: 'compared' | 'mismatched') =>
      views.reduce((sum, { summary }) => sum + summary[pick], 0);
    context.progress(
      `${total('compared')} compared, ${total('mismatched')} differ, ${Math.max(0, Math.ceil(left / 1_000))} s left`,
      ended,
    );
    if (ended) return views;
    await systemClock.sleep(Math.min(LOOK_EVERY, left));
  }
}

function exitOf(views: EvidenceView[], minimum: number): number {
  if (views.some(({ summary }) => summary.mismatched > 0)) return EXIT.different;
  const compared = views.reduce((sum, { summary }) => sum + summary.compared, 0);
  return compared >= Math.max(1, minimum) ? EXIT.ok : EXIT.inconclusive;
}
