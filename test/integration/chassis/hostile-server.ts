import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../../chassis/http/server.ts';

/** A local upstream that answers as a test tells it to, and counts. */
export interface HostileServer {
  url: string;
  /** Requests so far, as `METHOD path`. */
  seen: string[];
  requests: IncomingMessage[];
  /** The largest number of exchanges under way at once. */
  most(): number;
  answerWith(answer: Answer): void;
  close(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

/** Answers `ok` with status 200. */
export const ok: Answer = (_request, response) => void response.end('ok');

/** Never answers. */
export const hang: Answer = () => {};

/** Cuts the connection. */
export const reset: Answer = (request) => void request.socket.destroy();

/** Answers with a status and nothing else. */
export const status =
  (code: number): Answer =>
  (_request, response) =>
    void response.writeHead(code).end(`status ${code}`);

/** Starts one on a free port. */
export async function startHostileServer(first: Answer = ok): Promise<HostileServer> {
  let answer = first;
  let [under, most] = [0, 0];
  const seen: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    requests.push(request);
    under += 1;
    most = Math.max(most, under);
    response.once('close', () => {
      under -= 1;
    });
    answer(request, response, seen.length);
  });
  const listening = await listen(server, { host: '127.0.0.1', port: 0 });
  return {
    url: listening.url,
    seen,
    requests,
    most: () => most,
    answerWith: (next) => {
      answer = next;
    },
    close: () => listening.close(0),
  };
}
