import { type Asked, answerJson, startStoppableServer } from './stoppable-server.ts';

interface InstanceRecord {
  instanceId: string;
  hostName: string;
  ipAddr?: string;
  app: string;
  status: string;
  port: { $: number; '@enabled': string };
}

/** A Eureka server's REST endpoints below `/eureka`, on loopback, in Eureka's own JSON. */
export async function startFakeEureka() {
  let spoilt: object[] = [];
  const instances = new Map<string, InstanceRecord>();
  const server = await startStoppableServer(({ method, url, body }: Asked, response) => {
    const [, , , app, id] = url.pathname.split('/').map(decodeURIComponent);
    const ofApp = [...instances.values()].filter((one) => one.app === app);
    const known = instances.has(id ?? '');
    if (method === 'GET') {
      if (ofApp.length === 0) return void response.writeHead(404).end();
      // As the server's XML mapping does: one is no list.
      const all = [...spoilt, ...ofApp];
      const instance = all.length === 1 ? all[0] : all;
      return answerJson(response, 200, { application: { name: app, instance } });
    }
    if (method === 'POST') {
      const { instance } = body as { instance: InstanceRecord };
      instances.set(instance.instanceId, instance);
      return void response.writeHead(204).end();
    }
    if (method === 'DELETE') instances.delete(id!);
    response.writeHead(known ? 200 : 404).end();
  });
  return {
    ...server,
    url: `${server.url}/eureka`,
    registered: () => [...instances.values()],
    /** Forgets everybody, as a server that was started again. */
    forget: () => instances.clear(),
    /** Names one more of the application that has no port. */
    spoil: () => {
      spoilt = [{ instanceId: 'spoilt', status: 'UP' }];
    },
    /** Sets the instances of an application by their hosts, each on port 3001. */
    set(app: string, ...hosts: string[]) {
      instances.clear();
      for (const host of hosts)
        instances.set(host, {
          ...{ instanceId: host, hostName: host, ipAddr: host, app: app.toUpperCase(), status: 'UP' },
          port: { $: 3001, '@enabled': 'true' },
        });
    },
    mark(host: string, status: string) {
      instances.get(host)!.status = status;
    },
  };
}
