/** The commands that make what the facade believes: signed overrides and cookies, and tokens of the admin APIs. */
import { Argument, type Command, Option } from 'commander';
import { ROLES } from '../chassis/config/schema/tokens.ts';
import { type Adder, lazily } from './adder.ts';
import { milliseconds } from './options.ts';

const SIDES = ['legacy', 'service'];

/** Adds `override`, `cookie` and `token`. */
export function addCredentials(program: Command, add: Adder): void {
  addSigning(program, add);
  addTokens(program, add);
}

function addSigning(program: Command, add: Adder): void {
  const override = program.command('override').description('tokens with which testers choose a side');
  const sign = lazily(
    () => import('./commands/sign.ts'),
    (m) => m.overrideSign,
  );
  add(override, 'sign', 'print a signed token as a header and as a cookie', sign)
    .addOption(new Option('--side <side>', 'who is to answer').choices(SIDES).makeOptionMandatory())
    .option('--route <id>', 'for this route only')
    .addOption(
      new Option('--for <duration>', 'how long it is good for, such as 30m or 8h')
        .argParser(milliseconds)
        .default(8 * 3_600_000, '8h'),
    );
  const cookies = program.command('cookie').description('cookies that the facade believes');
  const cookie = lazily(
    () => import('./commands/sign.ts'),
    (m) => m.cookieSign,
  );
  add(cookies, 'sign <name> <value>', 'print a cookie with its signature', cookie);
}

function addTokens(program: Command, add: Adder): void {
  const tokens = program.command('token').description('tokens of the admin APIs');
  const make = lazily(
    () => import('./commands/token.ts'),
    (m) => m.tokenNew,
  );
  add(tokens, 'new <name>', 'print a new token, and the line of the config that knows it', make).addArgument(
    new Argument('<role>', 'what its holder may do').choices(ROLES),
  );
}
