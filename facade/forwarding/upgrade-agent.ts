/** Connections for upgrades: each has its own, for what becomes of one that is refused only the upstream knows. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { serverNameOf } from '../../chassis/http/origin-connector.ts';

/** Makes the agent; it keeps nothing open by itself. */
export function createUpgradeAgent({ protocol, hostname }: URL): HttpAgent {
  return protocol === 'https:' ? new HttpsAgent({ servername: serverNameOf(hostname) }) : new HttpAgent();
}
