/** A group as shown, even when it cannot be opened: then with the reason. */
import { messageOf } from '../../chassis/errors.ts';
import { migrationErrors } from '../errors.ts';
import { describeGroup } from './describe.ts';
import { readFacts } from './facts.ts';
import type { Groups } from './groups.ts';
import type { GroupView } from './views.ts';

/** Raises GROUP_UNKNOWN; every other trouble is part of the view. */
export async function viewGroup(groups: Groups, name: string, now: number): Promise<GroupView> {
  if (!groups.names.includes(name))
    throw migrationErrors.error('GROUP_UNKNOWN', { group: name, known: groups.names.join(', ') || 'none' });
  try {
    const group = await groups.open(name);
    return describeGroup(await readFacts(group.target, name), now);
  } catch (error) {
    return unreadable(name, messageOf(error));
  }
}

function unreadable(group: string, error: string): GroupView {
  return {
    group,
    state: 'failed',
    caughtUp: false,
    lagSeconds: null,
    lagBytes: null,
    position: null,
    copy: {
      rows: 0,
      estimate: 0,
      chunks: { done: 0, total: 0 },
      rowsPerSecond: null,
      secondsLeft: null,
      indexes: { deferred: 0, building: false },
    },
    stream: { applied: 0, transactions: 0, holder: null, epoch: 0, breaker: 'unknown' },
    quarantine: { count: 0, samples: [] },
    verifying: null,
    verified: null,
    error,
  };
}
