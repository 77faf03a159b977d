import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a command did. */
export interface CommandResult {
  code: number;
  output: string;
}

/** Runs a program to its end; its standard output and standard error together are the output. */
export async function runCommand(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<CommandResult> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const missing = once(child, 'error').then(([error]) => ({ code: 127, output: String(error) }));
  const ended = once(child, 'close').then(([code]) => ({ code: (code as number | null) ?? 137, output }));
  return Promise.race([missing, ended]);
}

/** The same, but an end other than 0 is an Error that shows what the command wrote. */
export async function mustRun(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { code, output } = await runCommand(program, args, env);
  if (code === 0) return output;
  throw new Error(
    `${program} ${args.join(' ')} ended with ${code}:\n${output.trimEnd().split('\n').slice(-25).join('\n')}`,
  );
}
