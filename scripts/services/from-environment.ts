import { messageOf } from '../../chassis/errors.ts';
import { firstAnswer, GREETING } from './answers.ts';
import { serviceErrors } from './errors.ts';
import type { Offer, RunningService, ServiceKind, ServiceProvider } from './provider.ts';

const VARIABLES = {
  mariadb: {
    name: 'STRANGLER_MARIADB_URL',
    protocols: ['mysql:', 'mariadb:'],
    port: 3306,
    form: 'mysql://user:password@host:3306',
  },
  redis: {
    name: 'STRANGLER_REDIS_URL',
    protocols: ['redis:', 'rediss:'],
    port: 6379,
    form: 'redis://:password@host:6379',
  },
} as const;

/**
 * Takes servers whose URLs are given; they are used and never stopped.
 * Raises SERVICE_URL_INVALID or SERVICE_URL_UNREACHABLE: what was asked for by name is not replaced in silence.
 */
export function fromEnvironment(env: NodeJS.ProcessEnv): ServiceProvider {
  return {
    advice: `set ${VARIABLES.mariadb.name} and ${VARIABLES.redis.name} (the accounts need all rights)`,
    async provide(kinds): Promise<Offer> {
      const offer: Offer = { running: {}, missing: {} };
      for (const kind of kinds) {
        const text = env[VARIABLES[kind].name];
        if (text) offer.running[kind] = await reach(kind, text);
        else offer.missing[kind] = `${VARIABLES[kind].name} is not set`;
      }
      return offer;
    },
  };
}

async function reach(kind: ServiceKind, text: string): Promise<RunningService> {
  const variable = VARIABLES[kind];
  const url = URL.parse(text);
  if (!url || !(variable.protocols as readonly string[]).includes(url.protocol)) {
    throw serviceErrors.error('SERVICE_URL_INVALID', { variable: variable.name, expected: variable.form });
  }
  const port = Number(url.port || variable.port);
  try {
    if (url.protocol !== 'rediss:') await firstAnswer(url.hostname, port, { ask: GREETING[kind] });
  } catch (error) {
    const address = `${url.hostname}:${port}`;
    throw serviceErrors.error(
      'SERVICE_URL_UNREACHABLE',
      { variable: variable.name, address, reason: messageOf(error) },
      error,
    );
  }
  return { url: text, origin: variable.name, stop: async () => {} };
}
