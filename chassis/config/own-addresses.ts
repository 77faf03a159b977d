/**
 * Pure. What a process must not forward to: where it listens itself. Its requests would go round in circles, or come to the
 * admin API from its own machine. Only addresses as written are compared; what names resolve to is not known here.
 */
import type { CrossProblem } from './cross-problem.ts';
import { facadeAdmin, facadeListen } from './schema/listeners.ts';
import { type ListenAddress, show } from './schema/quantities.ts';
import { sidecarSchema } from './schema/sidecar.ts';

/** What of the written config it looks at. */
interface Written {
  upstreamEntries: [string, Record<string, unknown>][];
  facade: Record<string, unknown>;
  sidecar: Record<string, unknown>;
}

interface Listener {
  /** Its key in the config. */
  key: string;
  address: ListenAddress | undefined;
}

/** Addresses that a host of a URL, or of a listener, may stand for. */
const STANDS_FOR: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  '0.0.0.0': ['127.0.0.1'],
  '::': ['127.0.0.1', '::1'],
};
const LOOPBACK = /^127(\.\d{1,3}){3}$|^::1$/;
const EVERY_INTERFACE = ['0.0.0.0', '::'];

/** Upstreams that are the facade itself, and an application that is the sidecar. */
export function ownAddresses({ upstreamEntries, facade, sidecar }: Written): CrossProblem[] {
  const ofFacade: Listener[] = [
    { key: 'facade.listen', address: facadeListen.safeParse(facade.listen).data },
    { key: 'facade.admin', address: facadeAdmin.safeParse(facade.admin).data },
  ];
  const { listen, admin } = sidecarSchema.shape;
  const ofSidecar: Listener[] = [
    { key: 'sidecar.listen', address: listen.safeParse(sidecar.listen).data },
    { key: 'sidecar.admin', address: admin.safeParse(sidecar.admin).data },
  ];
  // The sidecar's application is no upstream of a facade that listens beside it.
  const upstreams = urlsOf(upstreamEntries).filter(({ url }) => url !== sidecar.app);
  return [
    ...upstreams.flatMap((one) => ownAddress(one, ofFacade)),
    ...ownAddress({ path: ['sidecar', 'app'], url: sidecar.app }, ofSidecar),
  ];
}

interface WrittenUrl {
  path: (string | number)[];
  url: unknown;
}

function urlsOf(entries: Written['upstreamEntries']): WrittenUrl[] {
  return entries.flatMap(([name, { url, urls }]) => [
    { path: ['upstreams', name, 'url'], url },
    ...(Array.isArray(urls) ? urls : []).map((one, index) => ({
      path: ['upstreams', name, 'urls', index],
      url: one as unknown,
    })),
  ]);
}

function ownAddress({ path, url }: WrittenUrl, listeners: Listener[]): CrossProblem[] {
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const own = listeners.find(({ address }) => address !== undefined && isAt(new URL(url), address));
  if (own === undefined) return [];
  const message = `found ${show(url)}, which is ${own.key} itself, expected the address of another process`;
  return [{ path, message }];
}

function isAt({ hostname, port, protocol }: URL, listener: ListenAddress): boolean {
  if (listener.port === 0 || Number(port || (protocol === 'https:' ? 443 : 80)) !== listener.port)
    return false;
  const asked = addressesOf(hostname);
  if (EVERY_INTERFACE.includes(listener.host)) return asked.some((one) => LOOPBACK.test(one));
  return addressesOf(listener.host).some((one) => asked.includes(one));
}

function addressesOf(host: string): string[] {
  const plain = host.toLowerCase().replace(/^\[|\]$/g, '');
  return STANDS_FOR[plain] ?? [plain];
}
