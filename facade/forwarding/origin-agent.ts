/** Kept connections to one origin, given up while idle before the upstream would do it. */
import { type AgentOptions, type ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

/** An upstream that closes first may do it under a request, which cannot always be sent again; in milliseconds. */
const IDLE_MS = 4_000;
/** How often the idle ones are looked at, in parts of the limit. */
const LOOKS = 8;
/** Every connection of such an agent goes to the same place. */
const ORIGIN = 'origin';
const SETTINGS: AgentOptions = { keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' };

/**
 * Makes the agent of one origin; `idle` in milliseconds; `destroy` ends it. `servername`: for which name a
 * certificate is verified, instead of the Host of whatever request is the first; empty where that is the address.
 */
export function createOriginAgent({ secure = false, servername = '', idle = IDLE_MS } = {}): HttpAgent {
  if (secure) return withIdleLimit(new HttpsAgent({ ...SETTINGS, servername }), idle);
  // Over plain HTTP no server name is sent; without this the agent works one out for each request.
  return withIdleLimit(new HttpAgent({ ...SETTINGS, servername } as AgentOptions), idle);
}

/** The same connections, but each request opens one. */
export function connectingAgent(agent: HttpAgent): HttpAgent {
  return Object.assign(Object.create(agent) as HttpAgent, {
    addRequest(...request: unknown[]) {
      const idle = agent.freeSockets;
      // Read-only in the types alone.
      const hiding = agent as { freeSockets: typeof idle };
      hiding.freeSockets = {};
      try {
        (agent as HttpAgent & AgentHooks).addRequest(...request);
      } finally {
        hiding.freeSockets = idle;
      }
    },
  });
}

/**
 * The agent's own `timeout` would do it too, but then each request listens for it, and each connection's timer is
 * set anew twice a request: one look at all of them now and then costs nothing.
 */
function withIdleLimit(agent: HttpAgent, idle: number): HttpAgent {
  const idleSince = new Map<Duplex, number>();
  const { keepSocketAlive, reuseSocket, destroy } = agent as HttpAgent & AgentHooks;
  let looking: NodeJS.Timeout | undefined;
  const look = () => {
    const latest = performance.now() - idle;
    for (const [socket, since] of idleSince) {
      if (since > latest) break;
      idleSince.delete(socket);
      socket.destroy();
    }
    if (idleSince.size === 0) stop();
  };
  const stop = () => {
    clearInterval(looking);
    looking = undefined;
  };
  return Object.assign(agent, {
    getName: () => ORIGIN,
    keepSocketAlive(socket: Duplex) {
      if (!keepSocketAlive.call(agent, socket)) return false;
      idleSince.set(socket, performance.now());
      looking ??= setInterval(look, idle / LOOKS).unref();
      return true;
    },
    reuseSocket(socket: Duplex, request: ClientRequest) {
      idleSince.delete(socket);
      reuseSocket.call(agent, socket, request);
    },
    destroy() {
      stop();
      idleSince.clear();
      destroy.call(agent);
    },
  });
}

/** What Node lets an agent decide (nodejs.org/api/http.html). */
interface AgentHooks {
  addRequest(...request: unknown[]): void;
  keepSocketAlive(socket: Duplex): boolean;
  reuseSocket(socket: Duplex, request: ClientRequest): void;
}
