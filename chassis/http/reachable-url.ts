/** Pure. Where a listener is reached from its own machine. */
import type { ListenAddress } from '../config/schema/quantities.ts';

/** The URL of an address; a process that listens on every interface is asked on loopback. */
export function reachableUrl({ host, port }: ListenAddress): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
