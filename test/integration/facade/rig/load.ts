import { Agent, request } from 'node:http';
import { until } from '../../../support/wait.ts';

/** Clients that ask one after the other over kept connections. */
export interface Load {
  /** How each request ended: its status, or the code of its failure. */
  outcomes: (number | string)[];
  /** Waits until so many more have ended. */
  more(count?: number): Promise<void>;
  /** Lets the last ones end; gives the outcomes other than 200. */
  stop(): Promise<(number | string)[]>;
}

/** Starts clients, half of which send a body; each goes on while `may` says so. */
export function startLoad(url: string, clients = 8, may: () => boolean = () => true): Load {
  const outcomes: (number | string)[] = [];
  const agent = new Agent({ keepAlive: true });
  let going = true;
  const one = async (index: number) => {
    while (going && may()) outcomes.push(await ask(url, agent, index % 2 === 0 ? undefined : 'x'));
  };
  const all = Promise.all(Array.from({ length: clients }, (_, index) => one(index)));
  return {
    outcomes,
    async more(count = 200) {
      const wanted = outcomes.length + count;
      await until(() => outcomes.length >= wanted, { timeout: 30_000 });
    },
    async stop() {
      going = false;
      await all;
      agent.destroy();
      return outcomes.filter((outcome) => outcome !== 200);
    },
  };
}

function ask(url: string, agent: Agent, body: string | undefined): Promise<number | string> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
    const method = body === undefined ? 'GET' : 'POST';
    request(url, { agent, method }, (response) => {
      response.resume().once('error', failed);
      response.once('end', () => resolve(response.statusCode!));
    })
      .once('error', failed)
      .end(body);
  });
}
