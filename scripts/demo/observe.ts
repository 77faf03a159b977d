/** What the story reads from the running system: the admin APIs and the traffic generator. */
import type {
  EvidenceView,
  RouteSummaryView,
  RoutesView,
  RouteView,
  StatusView,
} from '../../facade/admin/views.ts';
import type { GroupView } from '../../migrations/worker/views.ts';
import type { Places } from '../topology/places.ts';
import type { LedgerEntry } from '../traffic/ledger.ts';
import type { TrafficStats } from '../traffic/stats.ts';

/** Readings of the running system. */
export interface Observer {
  routes(): Promise<RouteSummaryView[]>;
  route(id: string): Promise<RouteView>;
  evidence(id: string): Promise<EvidenceView>;
  /** Whether the facade knows an instance of an upstream. */
  discovered(upstream: string): Promise<boolean>;
  group(name: string): Promise<GroupView>;
  traffic(): Promise<TrafficStats>;
  /** Stops the traffic; resolves with every acknowledged write. */
  stopTraffic(): Promise<LedgerEntry[]>;
  /** The id of a product that is there. */
  someProduct(): Promise<string>;
}

/** Makes an observer of a system. */
export function createObserver({ ports, urls, adminToken }: Places): Observer {
  const facade = `http://127.0.0.1:${ports.facadeAdmin}`;
  const worker = `http://127.0.0.1:${ports.workerAdmin}`;
  const asAdmin = <T>(url: string) => read<T>(url, 'GET', { authorization: `Bearer ${adminToken}` });
  const generator = `http://127.0.0.1:${ports.traffic}`;
  return {
    routes: async () => (await asAdmin<RoutesView>(`${facade}/api/routes`)).routes,
    route: (id) => asAdmin(`${facade}/api/routes/${id}`),
    evidence: (id) => asAdmin(`${facade}/api/routes/${id}/evidence`),
    async discovered(upstream) {
      const { upstreams } = await asAdmin<StatusView>(`${facade}/api/status`);
      return upstreams.some(({ name, instances }) => name === upstream && instances.length > 0);
    },
    group: (name) => asAdmin(`${worker}/api/data/${name}`),
    traffic: () => read(`${generator}/stats`),
    async stopTraffic() {
      const { ledger } = await read<{ ledger: LedgerEntry[] }>(`${generator}/stop`, 'POST');
      return ledger;
    },
    async someProduct() {
      const { items } = await read<{ items: { prd_id: string }[] }>(`${urls.legacy}/api/products?per_page=1`);
      return items[0]!.prd_id;
    },
  };
}

async function read<T>(url: string, method = 'GET', headers: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(15_000) });
  if (!answer.ok)
    throw new Error(`${method} ${url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  return (await answer.json()) as T;
}
