import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf } from '../../chassis/errors.ts';
import type { Offer, ServiceKind, ServiceProvider } from './provider.ts';

const run = promisify(execFile);
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const FILES = ['-f', at('../../docker-compose.yml'), '-f', at('published-ports.yml')];
const CONTAINER_PORT: Record<ServiceKind, number> = { mariadb: 3306, redis: 6379 };

/** Runs the compose file's own database and Redis in a project of our own, where a Docker engine answers. */
export function fromDocker({
  env,
  log,
}: {
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}): ServiceProvider {
  const password = randomBytes(16).toString('hex');
  const project = `strangler-services-${process.pid}`;
  const compose = async (...args: string[]) => {
    const all = ['compose', '-p', project, ...FILES, ...args];
    const { stdout } = await run('docker', all, {
      env: { ...env, MARIADB_ROOT_PASSWORD: password, REDIS_PASSWORD: password },
    });
    return stdout.trim();
  };
  return {
    advice: 'install Docker with its compose plugin and start its engine',
    async provide(kinds): Promise<Offer> {
      const reason = await whyNot(env);
      if (reason) return { running: {}, missing: Object.fromEntries(kinds.map((kind) => [kind, reason])) };
      log(`Starting ${kinds.join(' and ')} by docker compose ...`);
      try {
        await compose('up', '-d', '--wait', ...kinds);
        return await running(kinds, compose, password);
      } catch (error) {
        await compose('down', '-v').catch(() => {});
        const why = `docker compose failed (${lastLine(messageOf(error))})`;
        return { running: {}, missing: Object.fromEntries(kinds.map((kind) => [kind, why])) };
      }
    },
  };
}

async function whyNot(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    await run('docker', ['compose', 'version'], { env });
    await run('docker', ['info'], { env });
    return undefined;
  } catch (error) {
    return `no Docker engine answers (${lastLine(messageOf(error))})`;
  }
}

async function running(
  kinds: readonly ServiceKind[],
  compose: (...args: string[]) => Promise<string>,
  password: string,
): Promise<Offer> {
  const offer: Offer = { running: {}, missing: {} };
  let down: Promise<unknown> | undefined;
  const stop = async () => {
    down ??= compose('down', '-v');
    await down;
  };
  for (const kind of kinds) {
    const address = await compose('port', kind, String(CONTAINER_PORT[kind]));
    const url =
      kind === 'mariadb' ? `mysql://root:${password}@${address}` : `redis://:${password}@${address}`;
    offer.running[kind] = { url, origin: 'docker compose', stop };
  }
  return offer;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
