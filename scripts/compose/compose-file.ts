import { stringify } from 'yaml';
import { type DemoProcess, processes } from '../topology/processes.ts';
import { MARIADB_ONLY_SETTINGS, MARIADB_SETTINGS, REDIS_SETTINGS } from '../topology/servers.ts';
import { composePlaces, publishedAs, secrets } from './places.ts';

/** The image of all of the repository's processes. */
export const KIT_IMAGE = 'strangler-kit:demo';

const HEADER = `# The demo in containers. Written by \`npm run compose:write\` from scripts/topology/; do not edit by hand.
# docker compose up --build     then http://127.0.0.1:8080 (facade) and http://127.0.0.1:8081 (admin, dashboard)
# docker compose down --volumes
`;

const HARDENED = { security_opt: ['no-new-privileges:true'], cap_drop: ['ALL'] };
const CHECKED_OFTEN = { interval: '2s', timeout: '3s', retries: 30, start_period: '2s' };

/** The text of docker-compose.yml. */
export function composeFile(): string {
  const services = {
    mariadb,
    redis,
    ...Object.fromEntries(processes.map((process) => [process.name, processService(process)])),
  };
  const volumes = { 'mariadb-data': {}, 'redis-data': {}, uploads: {} };
  return (
    HEADER + stringify({ services, volumes }, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' })
  );
}

// By TCP: while the image makes its first database, only the socket answers. $$ is a $ for the shell.
const DATABASE_PROBE =
  'MYSQL_PWD="$$MARIADB_ROOT_PASSWORD" mariadb-admin ping --host=127.0.0.1 --user=root --silent';

const mariadb = {
  image: 'mariadb:10.11',
  user: 'mysql',
  command: ['--server-id=1', ...MARIADB_SETTINGS, ...MARIADB_ONLY_SETTINGS],
  environment: { MARIADB_ROOT_PASSWORD: secrets.root },
  volumes: ['mariadb-data:/var/lib/mysql'],
  healthcheck: { test: ['CMD-SHELL', DATABASE_PROBE], ...CHECKED_OFTEN },
  restart: 'unless-stopped',
  stop_grace_period: '30s',
  ...HARDENED,
};

const redis = {
  image: 'redis:7-bookworm',
  user: 'redis',
  command: ['redis-server', '--requirepass', secrets.redis, '--appendonly', 'yes', ...redisArguments()],
  environment: { REDISCLI_AUTH: secrets.redis },
  volumes: ['redis-data:/data'],
  healthcheck: { test: ['CMD', 'redis-cli', 'ping'], ...CHECKED_OFTEN },
  restart: 'unless-stopped',
  ...HARDENED,
};

function redisArguments(): string[] {
  return Object.entries(REDIS_SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
}

function processService({ name, runs, command, environment, health, published, needs }: DemoProcess) {
  return {
    image: KIT_IMAGE,
    build: '.',
    command: ['node', ...command(composePlaces)],
    environment: environment(composePlaces),
    ...(name === 'legacy' ? { volumes: [`uploads:${composePlaces.uploadDir}`] } : {}),
    ...(published.length > 0 ? { ports: published.map(publishedPort) } : {}),
    depends_on: Object.fromEntries(
      Object.entries(needs).map(([part, need]) => [part, { condition: CONDITION[need] }]),
    ),
    ...(health ? { healthcheck: { test: probe(health), ...CHECKED_OFTEN } } : {}),
    restart: runs === 'once' ? 'on-failure:5' : 'unless-stopped',
    stop_grace_period: '15s',
    ...HARDENED,
  };
}

const CONDITION = { healthy: 'service_healthy', completed: 'service_completed_successfully' } as const;

function publishedPort(port: DemoProcess['published'][number]): string {
  if (port !== 'facade' && port !== 'facadeAdmin')
    throw new Error(`port ${port} has no variable to publish it under`);
  return `127.0.0.1:${publishedAs[port]}:${composePlaces.ports[port]}`;
}

function probe({ port, path }: NonNullable<DemoProcess['health']>): string[] {
  return ['CMD', 'node', 'scripts/compose/probe.mjs', `http://127.0.0.1:${composePlaces.ports[port]}${path}`];
}
