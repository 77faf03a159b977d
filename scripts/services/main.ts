import { parseArgs } from 'node:util';
import { describeError } from '../../chassis/errors.ts';
import { startServices } from './start.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.data' },
    keep: { type: 'boolean', default: false },
    durable: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const log = (line: string) => console.error(line);
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

try {
  const { data: dataDir, keep, durable } = values;
  const services = await startServices({
    need: ['mariadb', 'redis'],
    dataDir,
    keep,
    durable,
    env: process.env,
    log,
  });
  const urls = { STRANGLER_MARIADB_URL: services.mariadb.url, STRANGLER_REDIS_URL: services.redis.url };
  if (values.json) console.log(JSON.stringify(urls));
  else for (const [name, url] of Object.entries(urls)) console.log(`export ${name}='${url}'`);
  log('Ctrl-C stops them and removes their data.');
  // Nothing else keeps the process alive: the servers' handles may be those of another owner.
  const alive = setInterval(() => {}, 2 ** 30);
  await stopped;
  clearInterval(alive);
  await services.stop();
} catch (error) {
  const { code, message, remedy } = describeError(error);
  log(code === 'INTERNAL' ? String((error as Error).stack ?? error) : `${message}\n${remedy}`);
  process.exitCode = 1;
}
