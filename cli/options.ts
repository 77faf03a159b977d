/** The options that several commands take, and what their texts mean; wrong ones end with a line of usage. */
import { InvalidArgumentError, Option } from 'commander';
import { longDuration } from '../chassis/config/schema/quantities.ts';
import type { ChainHead } from '../facade/audit/entry.ts';

/** `--reason`, which every change needs. */
export function reason(): Option {
  return new Option('--reason <text>', 'why; kept in the history').makeOptionMandatory();
}

/** A percent. */
export function share(text: string): number {
  return within(text, 0, 100, 'a number from 0 to 100');
}

/** Seconds, up to a day. */
export function seconds(text: string): number {
  return within(text, 0, 86_400, 'a number of seconds');
}

/** A duration such as `8h`, in milliseconds. */
export function milliseconds(text: string): number {
  const { success, data } = longDuration.safeParse(text);
  if (success) return data;
  throw new InvalidArgumentError(`Found ${text}, expected a duration such as 30m or 8h.`);
}

/** A whole number that is not negative. */
export function whole(text: string): number {
  return Math.trunc(within(text, 0, 1e9, 'a whole number'));
}

function within(text: string, low: number, high: number, expected: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`Found ${text}, expected ${expected}.`);
}

/** The place and hash of an entry of the audit, `17:<64 hex digits>`. */
export function head(text: string): ChainHead {
  const [, sequence, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) return { sequence: Number(sequence), hash };
  throw new InvalidArgumentError(`Found ${text}, expected SEQUENCE:HASH.`);
}

/** The origin of an admin API, such as `http://127.0.0.1:8081`. */
export function origin(text: string): string {
  const url = URL.parse(text);
  const bare = url !== null && /^https?:$/.test(url.protocol) && url.pathname + url.search + url.hash === '/';
  if (bare && url.username + url.password === '') return url.origin;
  throw new InvalidArgumentError(`Found ${text}, expected a URL such as http://127.0.0.1:8081.`);
}

/** `--admin`, for commands that ask an admin API. */
export function adminUrl(): Option {
  return new Option(
    '--admin <url>',
    'the admin API to ask, in place of the one that the config names: no config file is read',
  ).argParser(origin);
}

/** An option that may be given again. */
export function several(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** `--group`, for commands that move a route or a group of them. */
export function ofGroup(): Option {
  return new Option('--group', 'the name is that of a group: all its routes move together');
}
