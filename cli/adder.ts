/** How a command is added to commander: with the options that all have, and its module loaded when it runs. */
import type { Command } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import { adminUrl } from './options.ts';

/** What a command does: it resolves with the exit code. */
export type Work<Options> = (
  context: CliContext,
  options: Options & CommonOptions,
  ...args: string[]
) => Promise<number>;

/** A command's module is loaded when the command runs: `route list` need not wait for the worker's libraries. */
export function lazily<Module, Options>(
  load: () => Promise<Module>,
  pick: (module: Module) => Work<Options>,
): Work<Options> {
  return async (...call) => pick(await load())(...call);
}

/** Adds a command. */
export type Adder = ReturnType<typeof adder>;

/** Makes the function that adds; `exit` receives the exit code of the command that ran. */
export function adder(context: CliContext, exit: (code: number) => void) {
  return <Options>(parent: Command, signature: string, description: string, work: Work<Options>): Command =>
    parent
      .command(signature)
      .description(description)
      .option('--config <file>', 'the config file (default: $STRANGLER_CONFIG, else strangler.yaml)')
      .option('--json', 'print JSON')
      .action(async (...params: unknown[]) => {
        const args = params.slice(0, -2) as string[];
        exit(await work(context, params.at(-2) as Options & CommonOptions, ...args));
      });
}

/** The function that adds commands which ask an admin API. */
export function askingAdder(add: Adder): Adder {
  return (parent, signature, description, work) =>
    add(parent, signature, description, work).addOption(adminUrl());
}
