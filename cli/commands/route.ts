/** `strangler route ...`: see and move routes through the facade's admin API. */
import { userInfo } from 'node:os';
import { EXIT } from '../../chassis/errors.ts';
import type { GroupView, HistoryView, RoutesView, RouteView } from '../../facade/admin/views.ts';
import { type AskingOptions, type CliContext, withAdmins } from '../context.ts';
import { dividedLines, historyLines, quarantineLines, routeLines, routesTable } from '../show-route.ts';

/** Options of the commands that move a route. */
export interface MoveOptions extends AskingOptions {
  reason: string;
  percent?: number;
  force?: boolean;
  /** The name is that of a group. */
  group?: boolean;
}

/** `route list`. */
export function routeList(context: CliContext, options: AskingOptions): Promise<number> {
  return withAdmins(options, context, async ({ facade }) => {
    const view = await facade.get<RoutesView>('/api/routes');
    if (options.json) context.json(view);
    else
      context.print(
        [routesTable(view.routes), ...dividedLines(view.divided), ...quarantineLines(view.quarantined)].join(
          '\n',
        ),
      );
    return EXIT.ok;
  });
}

/** `route set ID STAGE`. Raises ROUTE_UNKNOWN, STAGE_STEP_ILLEGAL, GATE_NOT_PASSED (exit code 3). */
export function routeSet(
  context: CliContext,
  options: MoveOptions,
  id?: string,
  stage?: string,
): Promise<number> {
  const { percent } = options;
  return move(context, options, id!, 'PUT', 'stage', { stage, percent, force: options.force });
}

/** `route promote ID`. Raises what `route set` raises. */
export function routePromote(context: CliContext, options: MoveOptions, id?: string): Promise<number> {
  const { percent, force } = options;
  return move(context, options, id!, 'POST', 'promote', { percent, force });
}

/** `route rollback ID`. */
export function routeRollback(context: CliContext, options: MoveOptions, id?: string): Promise<number> {
  return move(context, options, id!, 'POST', 'rollback', {});
}

/** `route history ID`. */
export function routeHistory(context: CliContext, options: AskingOptions, id?: string): Promise<number> {
  return withAdmins(options, context, async ({ facade }) => {
    const view = await facade.get<HistoryView>(`/api/routes/${encodeURIComponent(id!)}/history`);
    if (options.json) context.json(view);
    else context.print(historyLines(view));
    return EXIT.ok;
  });
}

function move(
  context: CliContext,
  options: MoveOptions,
  id: string,
  method: 'PUT' | 'POST',
  action: string,
  change: object,
): Promise<number> {
  return withAdmins(options, context, async ({ facade }) => {
    const path = `/api/${options.group ? 'groups' : 'routes'}/${encodeURIComponent(id)}/${action}`;
    const body = {
      ...change,
      reason: options.reason,
      actor: context.env.STRANGLER_ACTOR ?? userInfo().username,
    };
    const call = method === 'PUT' ? facade.put : facade.post;
    const view = await call<RouteView | GroupView>(path, body);
    if (options.json) context.json(view);
    else context.print('routes' in view ? groupText(view) : routeLines(view));
    return EXIT.ok;
  });
}

/** Those of its quarantined routes that are in force say so themselves. */
function groupText({ group, routes, quarantined, divided }: GroupView): string {
  const neverGood = quarantined.filter(({ keeps }) => keeps === undefined);
  return [
    ...routes.map(routeLines),
    ...dividedLines(divided ? [group] : []),
    ...quarantineLines(neverGood),
  ].join('\n');
}
