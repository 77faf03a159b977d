/** The bug is mended; the evidence starts afresh and becomes good enough for the gate. */
import { bar } from '../../../cli/print.ts';
import { MAIN_ROUTE, ROUTES } from '../routes.ts';
import type { Step } from '../story.ts';
import { must, strangleAll } from '../strangler.ts';
import { untilHolds } from '../until.ts';
import { setBug } from './shadow.ts';

export const fixAndWaitForEvidence: Step = {
  title: 'Fix it, and gather clean evidence',
  async run(story) {
    const { system, observe, show } = story;
    await setBug(system.at.urls.catalog, null);
    const reason = 'rounding mended: evidence starts afresh';
    await strangleAll(
      story,
      ROUTES.map((id) => ['route', 'set', id, 'shadow', '--reason', reason]),
    );
    await untilHolds(
      async () => {
        const routes = await Promise.all(ROUTES.map((id) => observe.route(id)));
        const passed = routes.filter(({ gate }) => gate.verdict === 'pass').length;
        const waiting = routes.find(({ gate }) => gate.verdict !== 'pass');
        const open = waiting?.gate.checks.find(({ verdict }) => verdict !== 'pass');
        show.progress(
          `gates ${bar(passed, routes.length)} ${waiting && open ? `${waiting.id}: ${open.detail}` : ''}`,
        );
        return passed === routes.length;
      },
      { what: `the gates of ${ROUTES.join(', ')} to pass`, timeout: 90_000, interval: 200 },
    );
    const { evidence } = await observe.route(MAIN_ROUTE);
    must(evidence.mismatched === 0, `no mismatch, found ${evidence.mismatched}`);
    const lag = evidence.outcomes.lag ?? 0;
    return `${evidence.compared} answers of ${MAIN_ROUTE} compared, 0 mismatches (${lag} settled as replication lag); every gate passes`;
  },
};
