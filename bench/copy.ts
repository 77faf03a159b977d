/**
 * Copies generated product rows through a BullMQ worker with the demo's mapping applied, beside
 * `mariadb-dump | mariadb` of the same table on the same server in the same run.
 *
 *   node --conditions=source bench/copy.ts [--rows 1000000] [--rounds 3]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Connection, connect, type RowDataPacket } from '../chassis/mysql.ts';
import { schemaUp } from '../migrations/schema/migrations.ts';
import type { GroupView } from '../migrations/worker/views.ts';
import { startServices } from '../scripts/services/start.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const TOKEN = 'bench';

interface Round {
  /** Seconds. */
  dump: number;
  copy: Measured;
  dumpServer: number;
}

interface Measured {
  seconds: number;
  /** Of these, seconds after the last row, in which indexes were built. */
  building: number;
  /** Megabytes, five times a second. */
  memory: number[];
  /** Seconds of processor time. */
  workerCpu: number;
  serverCpu: number;
}

/** Runs the benchmark with its own servers and prints what it measured. */
export async function run(args: readonly string[] = []): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
  });
  const services = await startServices({
    need: ['mariadb', 'redis'],
    dataDir: path.join(ROOT, '.data'),
    env: {},
    log: (line) => console.error(line),
  });
  try {
    await compare(services.mariadb.url, services.redis.url, Number(values.rows), Number(values.rounds));
  } finally {
    await services.stop();
  }
}

async function compare(server: string, redis: string, rows: number, rounds: number): Promise<void> {
  const admin = await connect(server);
  const serverPid = await pidOf(admin);
  const source = databaseUrl(server, 'bench_legacy');
  try {
    await admin.query('CREATE DATABASE bench_legacy CHARACTER SET utf8mb4');
    console.log(`seeding ${rows} products ...`);
    await node(['legacy-monolith/seed/main.ts', '--products-only', String(rows)], { LEGACY_DB_URL: source });
    const done: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const before = await processorSeconds(serverPid);
      const dump = await dumpAndRestore(admin, server);
      const dumpServer = (await processorSeconds(serverPid)) - before;
      const copy = await copyOnce(admin, server, redis, round, serverPid);
      done.push({ dump, copy, dumpServer });
      console.log(roundLines(round, rows, done.at(-1)!));
    }
    printSummary(rows, done);
  } finally {
    await admin.end();
  }
}

async function dumpAndRestore(admin: Connection, server: string): Promise<number> {
  await admin.query('DROP DATABASE IF EXISTS bench_restored');
  await admin.query('CREATE DATABASE bench_restored CHARACTER SET utf8mb4');
  const { hostname, port, username, password } = new URL(server);
  const account = `-h${hostname} -P${port} -u${username}`;
  const started = performance.now();
  const shell = spawn(
    'bash',
    [
      '-o',
      'pipefail',
      '-c',
      `mariadb-dump ${account} --single-transaction bench_legacy tbl_prod | mariadb ${account} bench_restored`,
    ],
    {
      env: { ...process.env, MYSQL_PWD: password },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code] = await once(shell, 'close');
  if (code !== 0) throw new Error(`mariadb-dump | mariadb ended with ${code}`);
  const seconds = (performance.now() - started) / 1_000;
  await admin.query('DROP DATABASE bench_restored');
  return seconds;
}

async function copyOnce(
  admin: Connection,
  server: string,
  redis: string,
  round: number,
  serverPid: number,
): Promise<Measured> {
  const target = databaseUrl(server, 'bench_catalog');
  await admin.query('DROP DATABASE IF EXISTS bench_catalog');
  await admin.query('CREATE DATABASE bench_catalog CHARACTER SET utf8mb4');
  await schemaUp({ url: target, directory: path.join(ROOT, 'new-services/catalog/schema') });
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-copy-'));
  const config = path.join(directory, 'strangler.yaml');
  await writeFile(config, configText(databaseUrl(server, 'bench_legacy'), target, redis, round));
  const worker = spawn(process.execPath, ['--conditions=source', 'bench/copy-worker.ts'], {
    cwd: ROOT,
    env: { ...process.env, CONFIG_FILE: config, STRANGLER_ADMIN_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(worker, 'close');
  try {
    return await measureCopy(await adminUrlOf(worker.stdout!), worker.pid!, serverPid);
  } finally {
    worker.kill('SIGTERM');
    await closed;
    await rm(directory, { recursive: true });
    await admin.query('DROP DATABASE bench_catalog');
  }
}

/** From the moment the copy is asked for (planning included) until its last index is built and the stream starts. */
async function measureCopy(url: string, pid: number, serverPid: number): Promise<Measured> {
  const memory: number[] = [];
  const cpu = [await processorSeconds(pid), await processorSeconds(serverPid)] as const;
  let written: number | undefined;
  const started = performance.now();
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const asked = await fetch(`${url}/api/data/bench/copy`, { method: 'POST', headers, body: '{}' });
  if (asked.status !== 202) throw new Error(`copy was refused: ${await asked.text()}`);
  for (;;) {
    const view = (await (await fetch(`${url}/api/data/bench`, { headers })).json()) as GroupView;
    if (view.error) throw new Error(view.error);
    memory.push(await residentMegabytes(pid));
    if (view.copy.indexes.building) written ??= performance.now();
    if (view.state === 'streaming' || view.state === 'caught-up') break;
    await delay(200);
  }
  const ended = performance.now();
  return {
    seconds: (ended - started) / 1_000,
    building: (ended - (written ?? ended)) / 1_000,
    memory,
    workerCpu: (await processorSeconds(pid)) - cpu[0],
    serverCpu: (await processorSeconds(serverPid)) - cpu[1],
  };
}

/** Listens instead of iterating: leaving an iteration would close the worker's standard output. */
function adminUrlOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    output.on('data', (part) => {
      text = (text + String(part)).slice(-10_000);
      const found = /"admin":"([^"]+)"/.exec(text);
      if (found) resolve(found[1]!);
    });
    output.once('end', () => reject(new Error(`the worker did not start:\n${text}`)));
  });
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024);
}

async function pidOf(admin: Connection): Promise<number> {
  const [rows] = await admin.query<RowDataPacket[]>('SELECT @@pid_file AS file');
  return Number(await readFile(rows[0]!.file, 'utf8'));
}

/** User and system time of a process, in seconds; Linux counts them in hundredths. */
async function processorSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function node(args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, ['--conditions=source', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}

function configText(source: string, target: string, redis: string, round: number): string {
  return `worker: { admin: "127.0.0.1:0" }
store: { kind: redis, url: "${redis}", prefix: bench-${round} }
upstreams: { legacy: { url: "http://127.0.0.1:1" } }
legacy: legacy
data:
  bench:
    source: { url: "${source}", tables: [tbl_prod, tbl_cat] }
    target: { url: "${target}" }
    mapping: ${path.join(ROOT, 'acl/demo/catalog.ts')}
`;
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

function roundLines(round: number, rows: number, { dump, copy, dumpServer }: Round): string {
  const speed = (seconds: number) => `${Math.round(rows / seconds)} rows/s (${seconds.toFixed(1)} s)`;
  const { seconds, building, memory, workerCpu, serverCpu } = copy;
  const s = (value: number) => `${value.toFixed(1)} s`;
  return [
    `round ${round}: dump|restore ${speed(dump)}, copy ${speed(seconds)}, ratio ${(dump / seconds).toFixed(2)}, load ${loadavg()[0]!.toFixed(1)}`,
    `  copy: last ${s(building)} building indexes; processor time: worker ${s(workerCpu)}, server ${s(serverCpu)} (dump|restore: server ${s(dumpServer)})`,
    `  ${memoryText(memory)}`,
  ].join('\n');
}

function printSummary(rows: number, rounds: readonly Round[]): void {
  const dump = median(rounds.map((one) => rows / one.dump));
  const copy = median(rounds.map((one) => rows / one.copy.seconds));
  const ratio = median(rounds.map((one) => one.dump / one.copy.seconds));
  console.log(
    `median of ${rounds.length}: dump|restore ${Math.round(dump)} rows/s, copy ${Math.round(copy)} rows/s, ratio ${ratio.toFixed(2)} (wanted: at least 0.50)`,
  );
}

/** Ten points in time, and whether the last third's median is at most a tenth above the middle third's. */
function memoryText(memory: readonly number[]): string {
  const tenths = Array.from({ length: 10 }, (_, tenth) => memory[Math.floor((memory.length * tenth) / 10)]);
  const third = Math.floor(memory.length / 3);
  const middle = median(memory.slice(third, 2 * third));
  const last = median(memory.slice(2 * third));
  const verdict = last <= 1.1 * middle ? 'flat' : 'NOT flat';
  return `worker RSS ${tenths.join(' ')} MB, peak ${Math.max(...memory)} MB; last third ${last}, middle third ${middle}: ${verdict}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

if (import.meta.main) await run(process.argv.slice(2));
