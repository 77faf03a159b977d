/** Runs one of the repository's scripts to its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a script did. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `node --conditions=source script ...args` from the root; `env` is its whole environment. */
export async function runToEnd(script: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=source', script, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 137, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** The same, but a non-zero end raises an error that says what the script wrote. */
export async function runOrFail(script: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const ended = await runToEnd(script, args, env);
  if (ended.code === 0) return ended;
  throw new Error(`${script} ${args.join(' ')} ended with ${ended.code}:\n${ended.stderr || ended.stdout}`);
}
