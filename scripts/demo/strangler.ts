/** Runs `strangler` as the reader would, shows the command, and asserts its exit code. */
import type { Story } from './story.ts';

/** Runs a command that must end with `expected` (0 unless told); resolves with what it printed. */
export async function strangler({ system, show }: Story, args: string[], expected = 0): Promise<string> {
  show.command(`strangler ${args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
  const { code, stdout, stderr } = await system.strangler(...args);
  if (code === expected) return stdout;
  throw new Error(
    `strangler ${args.join(' ')} ended with ${code}, expected ${expected}:\n${stderr}${stdout}`,
  );
}

/** Runs commands that do not depend on each other side by side; each must end with 0. */
export async function strangleAll(story: Story, commands: string[][]): Promise<void> {
  await Promise.all(commands.map((args) => strangler(story, args)));
}

/** Asserts what a step claims. */
export function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`expected ${claim}`);
}
