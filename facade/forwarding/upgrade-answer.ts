/** Pure. The answer to an upgrade. */
import type { IncomingMessage } from 'node:http';

/** What the upstream's connection alone needs goes, the upgrade itself stays. */
export function cleanUpgrade(answer: Pick<IncomingMessage, 'headers'>): void {
  const nominated = String(answer.headers.connection ?? '').split(',');
  for (const name of nominated.map((token) => token.trim().toLowerCase())) {
    if (name !== 'upgrade') delete answer.headers[name];
  }
  for (const name of ['keep-alive', 'proxy-connection', 'proxy-authenticate', 'trailer', 'te']) {
    delete answer.headers[name];
  }
  answer.headers.connection = 'Upgrade';
}
