/**
 * The forwarder's door to undici: the connections to one origin, one client each. The last one used is taken
 * first, so that those not needed fall idle and close. Unlike undici's pool it knows of each whether it had
 * served before, which tells a connection that was closed while idle from one that failed.
 */
import { Client, type Dispatcher } from 'undici';
import { originConnector } from '../../chassis/http/origin-connector.ts';
import { CONNECT_MS } from './connecting.ts';

/**
 * To give with each request: undici would close a connection over TLS when the Host changes. Which name counts is for
 * the connector to say.
 */
export const SAME_SERVER = 'origin';

/** What hears of one exchange. */
export type ExchangeHandler = Dispatcher.DispatchHandler;
/** What is asked of one exchange; undici does not declare `servername`, which its pools set. */
export type ExchangeOptions = Dispatcher.DispatchOptions & { servername: typeof SAME_SERVER };
/** What holds, resumes or ends one exchange. */
export type ExchangeControl = Dispatcher.DispatchController;

/** Idle connections are given up before the upstream would, as a reset under a request cannot always be retried. */
const IDLE_MS = 4_000;
const MOST_IDLE = 256;

const SETTINGS: Client.Options = {
  pipelining: 1,
  keepAliveTimeout: IDLE_MS,
  keepAliveMaxTimeout: IDLE_MS,
  // Limits on an answer are those of the request's route, not of its connection.
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
  connect: originConnector(CONNECT_MS),
};

/** One connection, which reconnects when it was closed. */
export interface Connection {
  readonly client: Client;
  /** Whether the socket it has now carried a whole exchange before. */
  served: boolean;
}

/** The connections to one origin. */
export interface Connections {
  /** One that nobody uses; `fresh`: one that is opened for this. */
  take(fresh: boolean): Connection;
  /** Gives one back after a whole exchange. */
  release(connection: Connection): void;
  /** Gives one up whose exchange is not whole: its socket must not carry another. */
  discard(connection: Connection): void;
  /** Ends them all, with what is under way on them. */
  close(): void;
}

/** Makes the connections to `origin`; each is opened when it is first used. */
export function createConnections(origin: string): Connections {
  const idle: Connection[] = [];
  const all = new Set<Client>();
  const connect = (): Connection => {
    const client = new Client(origin, SETTINGS);
    const connection = { client, served: false };
    client.on('disconnect', () => {
      connection.served = false;
    });
    all.add(client);
    return connection;
  };
  const discard = ({ client }: Connection) => {
    all.delete(client);
    void client.destroy();
  };
  return {
    take: (fresh) => (fresh ? connect() : (idle.pop() ?? connect())),
    release(connection) {
      connection.served = true;
      if (idle.length < MOST_IDLE && all.has(connection.client)) idle.push(connection);
      else discard(connection);
    },
    discard,
    close() {
      idle.length = 0;
      for (const client of all) void client.destroy();
      all.clear();
    },
  };
}
