/** Connections for upgrades: each has its own, for what becomes of one that is refused only the upstream knows. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Makes the agent; `destroy` ends what is not a WebSocket yet. */
export function createUpgradeAgent(secure: boolean): HttpAgent {
  return secure ? new HttpsAgent() : new HttpAgent();
}
