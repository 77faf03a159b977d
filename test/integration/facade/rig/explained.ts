import { request as httpRequest } from 'node:http';
import type { Explanation } from '../../../../facade/explain/explanation.ts';
import { type TestFacade, TOKEN } from './facade.ts';

/** A request to explain, and to send. */
export interface Asked {
  method: string;
  url: string;
  headers: [string, string][];
}

/** A request of a line. */
export function ask(method: string, url: string, ...headers: [string, string][]): Asked {
  return { method, url, headers };
}

/** Asks a facade to explain a request; the answer as it is. */
export function postExplain(facade: TestFacade, body: object): Promise<Response> {
  return fetch(`${facade.admin}/api/explain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
}

/** What a facade says would become of a request. */
export async function explained(facade: TestFacade, body: object): Promise<Explanation> {
  return (await (await postExplain(facade, body)).json()) as Explanation;
}

/** Sends a request: the status, who answered, and the code of a refusal. */
export function sent(
  facade: TestFacade,
  { method, url, headers }: Asked,
): Promise<{ status: number; by: string | undefined; code: string | undefined }> {
  const { hostname, port } = new URL(facade.url);
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted);
  const host = has('host') ? [] : [['host', 'h.test']];
  const length = has('content-length') || has('upgrade') ? [] : [['content-length', '0']];
  const flat = [...host, ...headers, ...length].flat();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path: url, headers: flat, setHost: false });
    outgoing.once('response', async (answer) => {
      const by = answer.headers['x-answered-by'] as string | undefined;
      const text = Buffer.concat(await answer.toArray()).toString();
      const isProblem = answer.headers['content-type']?.includes('problem+json');
      const code = isProblem ? (JSON.parse(text) as { code: string }).code : undefined;
      resolve({ status: answer.statusCode!, by, code });
      outgoing.destroy();
    });
    outgoing.once('upgrade', (answer, socket) => {
      socket.destroy();
      resolve({ status: 101, by: answer.headers['x-answered-by'] as string | undefined, code: undefined });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
