import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './wait.ts';

/** The repository's root, where processes are started. */
export const repoRoot = fileURLToPath(new URL('../..', import.meta.url));

/** A process of the repository, started for a test. */
export interface TestProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything written so far to standard output and standard error, in order of arrival. */
  output(): string;
  stdout(): string;
  /** Waits for a line of the output that matches; rejects at once, with the output, when the process ends first. */
  line(pattern: RegExp, timeout?: number): Promise<RegExpExecArray>;
  /** Waits for a JSON line for which `matches` is true. */
  json(
    matches: (message: Record<string, unknown>) => boolean,
    timeout?: number,
  ): Promise<Record<string, unknown>>;
  /** The exit code (or the signal's name), once it has ended. */
  ended: Promise<number | string>;
  /** Asks it to end (SIGTERM unless told), kills it after `timeout` ms; gives the exit code or the signal's name. */
  stop(signal?: NodeJS.Signals, timeout?: number): Promise<number | string>;
}

const running = new Set<TestProcess>();

/** Where and how a script is started. */
export interface StartOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Of Node and V8, before the script. */
  flags?: readonly string[];
}

/** Starts a script of the repository with the Node that runs the tests and the source condition. */
export function startProcess(
  script: string,
  args: readonly string[] = [],
  { env = {}, cwd = repoRoot, flags = [] }: StartOptions = {},
): TestProcess {
  const child = spawn(
    process.execPath,
    [...flags, '--conditions=source', fileURLToPath(new URL(script, `file://${repoRoot}`)), ...args],
    {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  return observe(child, script);
}

/** Processes that were started and have not ended: after a test there must be none. */
export function leftProcesses(): TestProcess[] {
  return [...running];
}

function observe(child: ChildProcess, script: string): TestProcess {
  let all = '';
  let out = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (all += text));
  child.channel?.unref();
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const one: TestProcess = {
    pid: child.pid!,
    child,
    ended,
    output: () => all,
    stdout: () => out,
    line: (pattern, timeout) =>
      untilOutput(one, (text) => pattern.exec(text), { what: `${script} to write ${pattern}`, timeout }),
    json: (matches, timeout) =>
      untilOutput(one, (text) => jsonLines(text).find(matches), {
        what: `a JSON line of ${script}`,
        timeout,
      }),
    stop: (signal, timeout) => stop(one, signal, timeout),
  };
  running.add(one);
  void ended.then(() => running.delete(one));
  return one;
}

async function untilOutput<T>(
  one: TestProcess,
  find: (text: string) => T | null | undefined,
  { what, timeout = 15_000 }: { what: string; timeout?: number },
): Promise<T> {
  const found = await until(
    () => {
      const match = find(one.output());
      if (match) return { match };
      return hasEnded(one.child) ? { match: undefined } : undefined;
    },
    { timeout, what },
  ).catch((cause) => {
    throw new Error(`${messageOf(cause)}; it wrote:\n${one.output()}`);
  });
  if (found.match) return found.match;
  await one.ended;
  const late = find(one.output());
  if (late) return late;
  throw new Error(`expected ${what}, but it ended with ${await one.ended}; it wrote:\n${one.output()}`);
}

async function stop(
  one: TestProcess,
  signal: NodeJS.Signals = 'SIGTERM',
  timeout = 10_000,
): Promise<number | string> {
  if (!hasEnded(one.child)) one.child.kill(signal);
  const timer = setTimeout(() => one.child.kill('SIGKILL'), timeout);
  try {
    return await one.ended;
  } finally {
    clearTimeout(timer);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      return [];
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
