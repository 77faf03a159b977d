/** The service dies under traffic; clients see no failed read. */
import { readOrderPage } from '../order-page.ts';
import type { Step } from '../story.ts';
import { must } from '../strangler.ts';
import { untilHolds } from '../until.ts';

export const killTheService: Step = {
  title: 'kill -9 the catalog service under traffic',
  async run({ system, observe, show }) {
    const before = await observe.traffic();
    show.command('kill -9 $(pgrep -f new-services/catalog)');
    await system.stop('catalog', 'SIGKILL');
    const after = await untilHolds(
      async () => {
        const seen = await observe.traffic();
        return seen.requests >= before.requests + 400 && seen;
      },
      { what: '400 client requests without the service', timeout: 30_000 },
    );
    must(after.failed === 0, `no failed request, found ${after.failed}: ${after.failures[0]}`);
    const page = await readOrderPage(system.at.urls.facade);
    must(
      page.partial && page.parts.order === 'ok',
      `the order without its product, found ${JSON.stringify(page.parts)}`,
    );
    show.note(`order page ${page.order.OrderNo}: partial, and says so (product: ${page.parts.product})`);
    const back = (await observe.routes()).filter(({ stage }) => stage === 'legacy').length;
    if (back > 0) show.note(`the guard has taken ${back} route(s) back to legacy by itself meanwhile`);
    return `${after.requests - before.requests} requests while the service was dead: 0 failed, the monolith answered`;
  },
};
