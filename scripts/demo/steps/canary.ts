/** A tenth of the keys goes to the service, and each key stays on its side as the share grows. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MAIN_ROUTE } from '../routes.ts';
import type { Step, Story } from '../story.ts';
import { must, strangler } from '../strangler.ts';
import { untilHolds } from '../until.ts';

const AT_ONCE = 10;
const KEYS = Array.from({ length: 200 }, (_, index) => `customer-${index + 1}`);

export const canary: Step = {
  title: 'Canary: 10 % of the keys go to the service',
  async run(story) {
    await strangler(story, [
      'route',
      'promote',
      MAIN_ROUTE,
      '--percent',
      '10',
      '--reason',
      'evidence is clean',
    ]);
    const first = await sidesOfKeys(story);
    const again = await sidesOfKeys(story);
    must(
      KEYS.every((key) => first.get(key) === again.get(key)),
      'every key to stay on its side',
    );
    const traced = await followOneRequest(story, KEYS.find((key) => first.get(key) === 'catalog')!);
    story.show.note(
      `${traced} stands in the logs of facade, catalog and monolith, which was asked for stock`,
    );
    await strangler(story, [
      'route',
      'set',
      MAIN_ROUTE,
      'canary',
      '--percent',
      '50',
      '--reason',
      'more of them',
    ]);
    const more = await sidesOfKeys(story);
    const moved = KEYS.filter((key) => first.get(key) === 'catalog' && more.get(key) !== 'catalog');
    must(
      moved.length === 0,
      `every key of the 10 % to stay with the service at 50 %, found ${moved.length} gone back`,
    );
    const share = (sides: Map<string, string>) => Math.round((100 * onService(sides)) / KEYS.length);
    must(
      share(first) > 0 && share(first) < 25,
      `about 10 % of the keys on the service, found ${share(first)} %`,
    );
    return `${KEYS.length} keys: ${share(first)} % on the service, the same ones on every request, all still there at 50 % (${share(more)} %)`;
  },
};

function onService(sides: Map<string, string>): number {
  return [...sides.values()].filter((upstream) => upstream === 'catalog').length;
}

/** One request of a key on the service, found by its id in the logs of all three processes. */
async function followOneRequest({ system, observe }: Story, key: string): Promise<string> {
  const requestId = `traced-${randomUUID()}`;
  const id = await observe.someProduct();
  const headers = { 'x-user-id': key, 'x-request-id': requestId };
  await (await fetch(`${system.at.urls.facade}/api/products/${id}`, { headers })).text();
  await untilHolds(
    async () => {
      const files = ['facade', 'catalog', 'legacy'].map((name) => path.join(system.directory, `${name}.log`));
      const logs = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      return logs.every((log) => log.includes(requestId));
    },
    { what: `request id ${requestId} in the logs of facade, catalog and monolith`, timeout: 10_000 },
  );
  return requestId;
}

/** Which upstream answered each key, read from the facade's access log by request id. */
async function sidesOfKeys({ system, observe }: Story): Promise<Map<string, string>> {
  const id = await observe.someProduct();
  const asked = new Map<string, string>();
  const ask = async (key: string) => {
    const requestId = randomUUID();
    asked.set(requestId, key);
    const headers = { 'x-user-id': key, 'x-request-id': requestId };
    const answer = await fetch(`${system.at.urls.facade}/api/products/${id}`, { headers });
    must(answer.status === 200, `status 200, found ${answer.status}`);
    await answer.text();
  };
  for (let at = 0; at < KEYS.length; at += AT_ONCE) await Promise.all(KEYS.slice(at, at + AT_ONCE).map(ask));
  return untilHolds(
    async () => {
      const log = await readFile(path.join(system.directory, 'facade.log'), 'utf8');
      const sides = new Map<string, string>();
      for (const line of log.split('\n')) {
        const requestId = /"requestId":"([^"]+)"/.exec(line)?.[1];
        const key = requestId && asked.get(requestId);
        const upstream = /"upstream":"([^"]+)"/.exec(line)?.[1];
        if (key && upstream) sides.set(key, upstream);
      }
      return sides.size === KEYS.length && sides;
    },
    { what: 'the access log to show every request', timeout: 10_000 },
  );
}
