/** What adopters may use of the facade. */
export type {
  ErrorView,
  EvidenceView,
  HistoryView,
  RouteSummaryView,
  RoutesView,
  RouteView,
  StatusView,
} from './admin/views.ts';
export { type Compared, compare, compileRules } from './comparison/compare.ts';
export type { Difference } from './comparison/json-diff.ts';
export type { Observed } from './comparison/observed.ts';
export { type FacadeOptions, type RunningFacade, startFacade } from './main.ts';
export { type Assignment, assign, bucketOf } from './routing/assignment.ts';
export { createRouteTable, type RouteTable } from './routing/route-table.ts';
export { SHADOW_MARK_HEADER } from './shadow/shadow-mark.ts';
