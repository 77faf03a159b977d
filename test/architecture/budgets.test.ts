import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { repoRoot } from '../support/processes.ts';
import { refuse } from './source/rule.ts';
import { KIT, partOf, repoFiles, textOf } from './source/source-files.ts';

const MOST_LINES = 300;
const USUAL_LINES = 150;

/** Files of more than 150 lines, each with what its lines are for. */
const LONG_FILES: Record<string, string> = {
  'chassis/breaker.ts': 'options, table of errors and factory of one small machine',
  'chassis/http/client.ts': 'the order of the policies around a call is to be read in one place',
  'cli/program.ts': 'the list of all commands and options',
  'facade/app.ts': 'the flow of a request, to be read in one place',
  'facade/explain/explanation.ts': 'one document, to be read in one place',
  'facade/forwarding/opening.ts': 'one WebSocket that is being opened, and all that may end that',
  'facade/forwarding/try.ts': 'one attempt at an upstream, and all that may follow when it fails',
  'facade/forwarding/upstream.ts': 'what one upstream is made of, and its options',
  'facade/gates/gate.ts': 'the conditions of one verdict',
  'facade/in-force.ts': 'what is in force, and each way in which it is replaced',
  'facade/main.ts': 'the composition root of the facade',
  'facade/shadow/shadow.ts': 'one candidate call with every reason to drop it',
  'facade/upstreams/outlier-ejection.ts': 'the state of all ejections of one upstream',
  'facade/upstreams/standing.ts': 'discovery, probes, ejections and age of instances in one verdict',
  'migrations/state/checkpoint.ts': 'all statements on the state tables',
  'migrations/stream/assemble.ts': 'transactions out of events, one state machine',
  'migrations/stream/binlog.ts': 'the one door to zongji: events of two servers as one kind of change',
  'migrations/stream/stream.ts': 'the loop of one stream and its stops',
  'migrations/write/write.ts': 'one write and the search for the bad row in it',
};

describe('budgets', () => {
  const sources = repoFiles({ extension: '.ts' }).filter((file) =>
    [...KIT, 'demo', 'service'].includes(partOf(file)),
  );
  const lengths = new Map(sources.map((file) => [file, textOf(file).split('\n').length - 1]));
  const longer = (most: number) => [...lengths].filter(([, lines]) => lines > most);

  it(`allow a file ${MOST_LINES} lines`, () => {
    const found = longer(MOST_LINES).map(([file, lines]) => `${file}: ${lines} lines`);
    refuse(found, 'A longer file holds more than one concept: take it apart by its concepts.');
  });

  it(`allow a file more than ${USUAL_LINES} lines with a reason only`, () => {
    const found = longer(USUAL_LINES).filter(([file]) => !(file in LONG_FILES));
    refuse(
      found.map(([file, lines]) => `${file}: ${lines} lines`),
      'Take the file apart, or say in LONG_FILES why its lines belong together.',
    );
  });

  it('keep no reason for a file that needs none', () => {
    const found = Object.keys(LONG_FILES).filter((file) => (lengths.get(file) ?? 0) <= USUAL_LINES);
    refuse(found, 'Take these out of LONG_FILES.');
  });

  it('allow a function 60 lines', () => {
    const found = longFunctions(...KIT, 'new-services');
    refuse(found, 'A function is read at once or not at all: give its steps names.');
  });

  it('are measured: a function of 61 lines is found', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'budgets-'));
    const body = Array.from({ length: 61 }, (_, index) => `  console.log(${index});`).join('\n');
    writeFileSync(path.join(folder, 'long.ts'), `function long() {\n${body}\n}\nlong();\n`);
    try {
      expect(longFunctions(folder)).to.have.length(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Functions over the limit, counted by Biome in lines of code, nested functions on their own. */
function longFunctions(...paths: string[]): string[] {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const command = [biome, 'lint', ...REPORT, ...paths];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: repoRoot, encoding: 'utf8' });
  const start = stdout.indexOf('{');
  if (start < 0) throw new Error(`Found no report of Biome, expected JSON; it wrote:\n${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout.slice(start)) as { diagnostics: Diagnostic[] };
  return diagnostics
    .filter(({ category }) => category === 'lint/complexity/noExcessiveLinesPerFunction')
    .map(({ location, message }) => `${location.path}:${location.start?.line}: ${message}`);
}

const REPORT = [
  '--config-path=test/architecture/function-length.json',
  '--reporter=json',
  '--max-diagnostics=200',
];

interface Diagnostic {
  category: string;
  message: string;
  location: { path: string; start?: { line: number } };
}
