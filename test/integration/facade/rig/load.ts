import { Agent, request } from 'node:http';
import { until } from '../../../support/wait.ts';

/** Clients that ask one after the other over kept connections. */
export interface Load {
  /** How each request ended: its status, or the code of its failure. */
  outcomes: (number | string)[];
  /** The `x-instance` of the last answer that had one. */
  lastInstance(): string;
  /** Waits until so many more have ended. */
  more(count?: number): Promise<void>;
  /** Lets the last ones end; gives the outcomes other than 200. */
  stop(): Promise<(number | string)[]>;
}

/** What the clients do. */
export interface LoadOptions {
  clients?: number;
  /** The body that a client sends, and POSTs; of half of them by default. */
  bodyOf?: (client: number) => string | undefined;
  /** Whether they go on. */
  may?: () => boolean;
}

/** Starts clients. */
export function startLoad(url: string, options: LoadOptions = {}): Load {
  const {
    clients = 8,
    bodyOf = (client) => (client % 2 === 0 ? undefined : 'x'),
    may = () => true,
  } = options;
  const outcomes: (number | string)[] = [];
  const agent = new Agent({ keepAlive: true });
  let going = true;
  let lastInstance = '';
  const one = async (client: number) => {
    while (going && may()) {
      const { outcome, instance } = await ask(url, agent, bodyOf(client));
      outcomes.push(outcome);
      lastInstance = instance ?? lastInstance;
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, index) => one(index)));
  return {
    outcomes,
    lastInstance: () => lastInstance,
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

/** How one request ended, and who answered. */
interface Asked {
  outcome: number | string;
  instance?: string | undefined;
}

function ask(url: string, agent: Agent, body: string | undefined): Promise<Asked> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? error.message });
    const method = body === undefined ? 'GET' : 'POST';
    request(url, { agent, method }, (response) => {
      response.resume().once('error', failed);
      const instance = response.headers['x-instance'] as string | undefined;
      response.once('end', () => resolve({ outcome: response.statusCode!, instance }));
    })
      .once('error', failed)
      .end(body);
  });
}
