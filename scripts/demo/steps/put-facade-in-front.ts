/** The facade stands in front of the monolith, and its clients notice nothing. */
import type { Step } from '../story.ts';
import { must, strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

const SAMPLES = [
  '/api/products?page=2&per_page=5',
  '/api/categories',
  '/api/search?q=Lampe',
  '/',
  '/api/ref/tax-rates',
  '/no-such-page',
];

export const putFacadeInFront: Step = {
  title: 'The facade goes in front of the monolith; traffic starts',
  async run(story) {
    const { system, observe, show } = story;
    await system.start('legacy');
    await Promise.all([system.start('facade'), system.start('worker')]);
    for (const path of SAMPLES) {
      const [direct, fronted] = await Promise.all([
        answer(system.at.urls.legacy + path),
        answer(system.at.urls.facade + path),
      ]);
      must(
        direct === fronted,
        `${path} through the facade to be what the monolith answers:\n${direct}\n---\n${fronted}`,
      );
    }
    await system.start('traffic');
    const traffic = await untilHolds(
      async () => {
        const seen = await observe.traffic();
        return seen.requests >= 100 && seen;
      },
      { what: '100 client requests' },
    );
    must(traffic.failed === 0, `no failed request, found ${traffic.failed}: ${traffic.failures[0]}`);
    show.note((await strangler(story, ['route', 'list'])).trimEnd().replaceAll('\n', '\n      '));
    const routes = await observe.routes();
    must(
      routes.every(({ stage }) => stage === 'legacy'),
      'every route to be on legacy',
    );
    return `${SAMPLES.length} kinds of answers byte-identical with and without the facade; ${traffic.requests} requests, 0 failed`;
  },
};

async function answer(url: string): Promise<string> {
  const response = await fetch(url);
  const headers = ['content-type', 'etag', 'cache-control', 'x-powered-by'].map(
    (name) => `${name}: ${response.headers.get(name)}`,
  );
  return [response.status, ...headers, await response.text()].join('\n');
}
