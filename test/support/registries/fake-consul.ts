import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Asked, answerJson, startStoppableServer } from './stoppable-server.ts';

/** What a fake agent may do instead of what it should. */
export type ConsulManners =
  | 'honest'
  | 'index-zero'
  | 'index-falling'
  | 'always-at-once'
  | 'no-json'
  | 'error';

interface Service {
  ID: string;
  Name: string;
  Address: string;
  Port: number;
  Meta: Record<string, string>;
  status: string;
}

/** A Consul agent's health and registration endpoints, on loopback; it answers for every name alike. */
export async function startFakeConsul() {
  const services = new Map<string, Service>();
  const changes = new EventEmitter().setMaxListeners(0);
  let manners: ConsulManners = 'honest';
  let index = 10;
  let spoilt: object[] = [];
  const changed = () => {
    index += 1;
    changes.emit('change');
  };
  const health = async ({ url }: Asked, response: ServerResponse) => {
    if (manners === 'error') return answerJson(response, 500, 'no leader');
    if (manners === 'no-json') return void response.end('<html>');
    const waitsFor = Number(url.searchParams.get('index') ?? 0);
    const wait = Number.parseInt(url.searchParams.get('wait') ?? '0', 10);
    if (manners === 'honest' && waitsFor === index) {
      const late = AbortSignal.timeout(wait);
      await once(changes, 'change', { signal: late }).catch(() => {});
    }
    if (manners === 'index-falling') index -= 1;
    const passing = [...services.values()].filter(({ status }) => status === 'passing');
    const body = passing.map((Service) => ({ Node: { Node: 'n1', Address: '127.0.0.1' }, Service }));
    answerJson(response, 200, [...spoilt, ...body], {
      'x-consul-index': String(manners === 'index-zero' ? 0 : index),
    });
  };
  const server = await startStoppableServer(async (asked, response) => {
    const { pathname } = asked.url;
    const id = decodeURIComponent(pathname.split('/').at(-1)!);
    if (pathname.startsWith('/v1/health/service/')) return health(asked, response);
    if (pathname === '/v1/agent/service/register') {
      const { ID, Name, Address, Port, Meta, Check } = asked.body as Service & { Check: { Status: string } };
      services.set(ID, { ID, Name, Address, Port, Meta, status: Check.Status });
    } else if (pathname.startsWith('/v1/agent/service/deregister/')) services.delete(id);
    else {
      const service = services.get(id.replace(/^service:/, ''));
      if (service === undefined) return answerJson(response, 404, 'Unknown check ID');
      service.status = (asked.body as { Status: string }).Status;
    }
    changed();
    answerJson(response, 200, null);
  });
  return {
    ...server,
    /** Queries of health so far. */
    queries: () => server.asked.filter(({ url }) => url.pathname.startsWith('/v1/health/')).length,
    registered: () => [...services.values()],
    behave: (next: ConsulManners) => {
      manners = next;
      changes.emit('change');
    },
    /** Names one more that has no port. */
    spoil: () => {
      spoilt = [{ Node: {}, Service: { ID: 'spoilt' } }];
      changed();
    },
    /** Sets the instances by their hosts, each on port 3001. */
    set(...hosts: string[]) {
      services.clear();
      for (const host of hosts)
        services.set(host, {
          ...{ ID: host, Name: 's', Address: host, Port: 3001, Meta: {} },
          status: 'passing',
        });
      changed();
    },
  };
}
