import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Command } from 'commander';
import { adminErrors } from '../../chassis/admin/errors.ts';
import { parseConfig } from '../../chassis/config/load.ts';
import { cliErrors } from '../../cli/errors.ts';
import { createProgram } from '../../cli/program.ts';
import { facadeErrors } from '../../facade/errors.ts';

const root = path.join(import.meta.dirname, '../..');
const pages = ['README.md', 'docs/tutorial.md', ...globSync('docs/how-to/*.md', { cwd: root })];
const read = (page: string) => readFileSync(path.join(root, page), 'utf8');
const program = createProgram({ env: {}, print() {}, json() {}, warn() {}, progress() {} }, () => {});

/** The commands that a page shows in code. */
function commandsIn(text: string): string[][] {
  const blocks = [...text.matchAll(/```\w*\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split('\n'));
  const spans = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, span]) => span!);
  return [...blocks, ...spans].flatMap((line) => {
    const words = /^(?:\w+=\S*\$\([^)]*\) )?(?:npx )?strangler ([a-z].*)$/.exec(line.trim())?.[1];
    return words === undefined ? [] : [words.replace(/ +#.*$/, '').split(' ')];
  });
}

/** The names that headings can be linked by. */
function placesIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with a command as shown, or undefined. */
function problemOf(words: readonly string[]): string | undefined {
  let command: Command = program;
  let at = 0;
  for (; at < words.length; at += 1) {
    const next = command.commands.find((one) => one.name() === words[at]);
    if (next === undefined) break;
    command = next;
  }
  if (command === program) return `no command ${words[0]}`;
  // What follows `--` is another program's command line.
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const options = words.slice(at, end).filter((word) => word.startsWith('--'));
  const known = command.options.map(({ long }) => long);
  const unknown = options.find((option) => !known.includes(option));
  if (unknown !== undefined) return `no option ${unknown}`;
  const required = command.options.filter(({ mandatory }) => mandatory).map(({ long }) => long!);
  // A bare mention such as `strangler route rollback` is not a line to type.
  const typed = words.length > at;
  const missing = typed ? required.find((option) => !options.includes(option)) : undefined;
  return missing === undefined ? undefined : `${missing} is missing`;
}

describe('the pages for users', () => {
  it('show commands that exist, with options that they take', () => {
    let seen = 0;
    for (const page of pages)
      for (const words of commandsIn(read(page))) {
        seen += 1;
        expect(problemOf(words), `${page}: strangler ${words.join(' ')}`).to.equal(undefined);
      }
    expect(seen).to.be.greaterThan(30);
  });

  it('would be told of a command or an option that does not exist', () => {
    expect(problemOf(['route', 'list', '--loud'])).to.equal('no option --loud');
    expect(problemOf(['fly'])).to.equal('no command fly');
    expect(problemOf(['route', 'rollback', 'ID'])).to.equal('--reason is missing');
    expect(
      commandsIn('run `npx strangler check` or\n```\nstrangler data copy catalog # now\n```'),
    ).to.deep.equal([['data', 'copy', 'catalog'], ['check']]);
  });

  it('link to pages, and to places in them, that exist', () => {
    for (const page of globSync('docs/**/*.md', { cwd: root }))
      for (const [, target, place] of read(page).matchAll(/\]\((?!http)([^)#]*)(?:#([^)]*))?\)/g)) {
        const linked = target === '' ? page : path.join(path.dirname(page), target!);
        expect(existsSync(path.join(root, linked)), `${page}: ${target}`).to.equal(true);
        if (place !== undefined) expect(placesIn(read(linked)), `${page}: #${place}`).to.include(place);
      }
  });

  it('show configs that are valid', () => {
    const env = {
      ...{ REDIS_URL: 'redis://127.0.0.1', HOST_ADDRESS: '10.0.0.9' },
      ...{ PARTNER_KEY_SHA256: '0'.repeat(64), OVERRIDE_SECRET: 's'.repeat(32) },
    };
    const configs = pages.flatMap((page) =>
      [...read(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => ({ page, text: text! })),
    );
    const ours = configs.filter(({ text }) => /^(upstreams|sidecar):/m.test(text));
    expect(ours).to.have.length.above(6);
    for (const { page, text } of ours) parseConfig(text, page, env);
  });

  it('name error codes with the exit codes that they have', () => {
    const rows = [...read('docs/how-to/roll-back-at-night.md').matchAll(/^\| (\d), (`[^|]+) \|/gm)];
    const table = { ...facadeErrors.table, ...adminErrors.table, ...cliErrors.table } as Record<
      string,
      { exit: number }
    >;
    const named = rows.flatMap(([, exit, codes]) =>
      [...codes!.matchAll(/`(\w+)`/g)].map(([, code]) => [code!, Number(exit)] as const),
    );
    expect(named).to.have.length.above(5);
    for (const [code, exit] of named) expect(table[code]?.exit, code).to.equal(exit);
  });

  it('tell the steps of the demo in its words and order', async () => {
    const { STEPS } = await import('../../scripts/demo/story.ts');
    const told = [...read('docs/tutorial.md').matchAll(/^## \d+\. (.+)$/gm)].map(([, title]) => title);
    expect(told).to.deep.equal(STEPS.map(({ title }) => title));
  });
});
