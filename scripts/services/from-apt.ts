import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram } from './programs.ts';
import type { Offer, ServiceKind, ServiceProvider } from './provider.ts';

const PACKAGES: Record<ServiceKind, string> = { mariadb: 'mariadb-server', redis: 'redis-server' };
const POLICY = '/usr/sbin/policy-rc.d';

/** What the provider needs to know and to call. */
export interface AptOptions {
  searchPath: string;
  log: (line: string) => void;
  /** Starts the programs once they are installed. */
  binaries: ServiceProvider;
}

/** On Debian and Ubuntu, as root: installs the distribution's packages, then starts private servers from them. */
export function fromApt({ searchPath, log, binaries }: AptOptions): ServiceProvider {
  return {
    advice: 'run as root on Debian or Ubuntu, so that mariadb-server and redis-server can be installed',
    async provide(kinds): Promise<Offer> {
      const reason = whyNot(searchPath);
      if (reason) return { running: {}, missing: Object.fromEntries(kinds.map((kind) => [kind, reason])) };
      const packages = kinds.map((kind) => PACKAGES[kind]);
      log(`Installing ${packages.join(' and ')} by apt-get (their own services are not started) ...`);
      const failure = await withoutServiceStarts(() => install(packages));
      if (failure) return { running: {}, missing: Object.fromEntries(kinds.map((kind) => [kind, failure])) };
      return binaries.provide(kinds);
    },
  };
}

function whyNot(searchPath: string): string | undefined {
  if (!findProgram(['apt-get'], searchPath)) return 'this is no Debian or Ubuntu';
  return process.getuid?.() === 0 ? undefined : 'not running as root';
}

/** Debian asks policy-rc.d before a package may start its service; 101 is "no". An existing policy is respected. */
async function withoutServiceStarts<T>(work: () => Promise<T>): Promise<T> {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

async function install(packages: string[]): Promise<string | undefined> {
  const updated = await apt(['update', '-qq']);
  const installed = await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  if (installed.status === 0) return undefined;
  return `apt-get install ended with ${installed.status}: ${lastLine(installed.output || updated.output)}`;
}

async function apt(args: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
