/** Every route goes live: the service answers all keys. */
import { readOrderPage } from '../order-page.ts';
import { MAIN_ROUTE, ROUTES } from '../routes.ts';
import type { Step } from '../story.ts';
import { must, strangleAll, strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

export const live: Step = {
  title: 'Live: the catalog service answers',
  async run(story) {
    const { system, observe, show } = story;
    const others = ROUTES.filter((id) => id !== MAIN_ROUTE);
    const clean = ['--percent', '100', '--reason', 'evidence is clean'];
    await strangleAll(
      story,
      others.map((id) => ['route', 'promote', id, ...clean]),
    );
    const forced = ['--force', '--reason', 'the demo does not wait for this gate'];
    await strangleAll(
      story,
      others.map((id) => ['route', 'set', id, 'live', ...forced]),
    );
    await untilHolds(
      async () => {
        const { gate } = await observe.route(MAIN_ROUTE);
        const open = gate.checks.find(({ verdict }) => verdict !== 'pass');
        show.progress(`gate of ${MAIN_ROUTE}: ${open === undefined ? 'pass' : open.detail}`);
        return gate.verdict === 'pass';
      },
      { what: `the gate of ${MAIN_ROUTE} to pass in canary`, timeout: 90_000, interval: 200 },
    );
    await strangler(story, ['route', 'promote', MAIN_ROUTE, '--reason', 'canary is well']);
    const before = await observe.traffic();
    const after = await untilHolds(
      async () => {
        const seen = await observe.traffic();
        return seen.requests >= before.requests + 200 && seen;
      },
      { what: '200 more client requests' },
    );
    must(after.failed === 0, `no failed request, found ${after.failed}: ${after.failures[0]}`);
    const routes = await observe.routes();
    must(
      routes.every(({ stage }) => stage === 'live'),
      'every route to be live',
    );
    const page = await readOrderPage(system.at.urls.facade);
    must(!page.partial, `a whole order page, found ${JSON.stringify(page.parts)}`);
    show.note(`order page ${page.order.OrderNo}: the order from the monolith, its product from the service`);
    return `${after.requests - before.requests} requests with ${ROUTES.length} routes on the service, 0 failed`;
  },
};
