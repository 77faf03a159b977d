/** The worker's own metrics, filled from SQL when scraped. */
import type { Clock } from '../../chassis/clock.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { Groups } from './groups.ts';
import { viewGroup } from './view-group.ts';
import type { GroupView } from './views.ts';

const GAUGES: { name: string; help: string; value: (view: GroupView) => number | null }[] = [
  {
    name: 'strangler_data_lag_seconds',
    help: 'How far the stream is behind',
    value: (view) => view.lagSeconds,
  },
  {
    name: 'strangler_data_lag_bytes',
    help: 'Bytes of binlog not applied yet',
    value: (view) => view.lagBytes,
  },
  {
    name: 'strangler_data_caught_up',
    help: '1 when the group is caught up',
    value: (view) => Number(view.caughtUp),
  },
  { name: 'strangler_data_copied_rows', help: 'Rows copied', value: (view) => view.copy.rows },
  {
    name: 'strangler_data_applied_changes',
    help: 'Row changes applied',
    value: (view) => view.stream.applied,
  },
  {
    name: 'strangler_data_quarantined_rows',
    help: 'Rows in quarantine',
    value: (view) => view.quarantine.count,
  },
];

/** Adds the gauges; a value that is not known is not exposed. */
export function exposeGroups(metrics: Metrics, groups: Groups, clock: Clock): void {
  for (const { name, help, value } of GAUGES) {
    metrics.collect({ name, help, labels: ['group'] }, async (gauge) => {
      for (const group of groups.names) {
        const known = value(await viewGroup(groups, group, clock.now()));
        if (known !== null) gauge.set({ group }, known);
      }
    });
  }
}
