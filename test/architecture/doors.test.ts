import { expect } from 'chai';
import { importsOf } from './source/imports-of.ts';
import { refuse } from './source/rule.ts';
import { KIT, partOf, repoFiles, textOf } from './source/source-files.ts';

/** Each library of weight and the one place that may import it; a folder ends in `/`. */
const DOORS: Record<string, string | readonly string[]> = {
  'http-proxy-middleware': 'facade/forwarding/http-proxy.ts',
  opossum: 'chassis/breaker.ts',
  ioredis: 'chassis/redis.ts',
  winston: 'chassis/log.ts',
  'prom-client': 'chassis/metrics.ts',
  // The chassis's for calls whose answer is read here; the forwarder's for answers that only pass.
  undici: [
    'chassis/http/origin-connector.ts',
    'chassis/http/transport.ts',
    'facade/forwarding/undici-connections.ts',
  ],
  mysql2: 'chassis/mysql.ts',
  knex: 'chassis/knex.ts',
  bullmq: 'migrations/queue/',
  '@vlasky/zongji': 'migrations/stream/binlog.ts',
  yaml: 'chassis/config/',
  commander: ['cli/program.ts', 'cli/program-credentials.ts', 'cli/adder.ts', 'cli/options.ts'],
  jose: 'facade/gateway/json-web-token.ts',
  'rate-limiter-flexible': 'facade/gateway/limiter.ts',
};
const DEPENDENCIES = Object.keys(JSON.parse(textOf('package.json')).dependencies as object);
/** Libraries without I/O of their own, in which the kit may think anywhere. */
const NO_DOOR = ['zod', 'express', 'ws'];
const ENV_PLACES = /^(chassis\/lifecycle\.ts|chassis\/config\/.*|cli\/.*|(.*\/)?main\.ts)$/;
const PURE_MODULES = ['zod', 'yaml', 'node:crypto'];

describe('doors', () => {
  const kitAndServices = repoFiles({ extension: '.ts' }).filter((file) =>
    [...KIT, 'demo', 'service'].includes(partOf(file)),
  );

  for (const [name, door] of Object.entries(DOORS)) {
    const isDoor = (file: string) =>
      [door].flat().some((one) => file.startsWith(one) && (one.endsWith('/') || file === one));
    it(`of ${name} is ${door}`, () => {
      const importers = kitAndServices.filter((file) => importsOf(file).some((one) => one.package === name));
      const found = importers.filter((file) => !isDoor(file));
      refuse(found, `What the kit knows of ${name} stands in one place, where it can be replaced:`);
      expect(importers, `${door} does not import ${name}: is the door elsewhere now?`).not.to.have.length(0);
    });
  }

  it('exist for every dependency, or it is listed as needing none', () => {
    const found = DEPENDENCIES.filter((name) => !(name in DOORS) && !NO_DOOR.includes(name));
    refuse(found, 'A new library needs a door here, or a reason why it needs none:');
  });

  it('are used: no package is imported that package.json does not name as a dependency', () => {
    const known = new Set([...DEPENDENCIES, 'strangler-kit']);
    const found = kitAndServices.flatMap((file) =>
      importsOf(file)
        .filter(
          (one) => one.package !== undefined && !one.package.startsWith('node:') && !known.has(one.package),
        )
        .map((one) => `${file} imports ${one.specifier}`),
    );
    refuse(found, 'What an adopter installs must contain everything the kit imports:');
  });

  it('of the environment are main.ts, the command, the config and the lifecycle', () => {
    const sources = repoFiles({ extension: '.ts' }).filter((file) => partOf(file) !== 'workshop');
    const found = sources.filter((file) => codeOf(file).includes('process.env') && !ENV_PLACES.test(file));
    refuse(found, 'Settings come in as arguments, so that tests and other hosts can give their own:');
  });

  it('stay shut to pure files: nothing that they load does I/O', () => {
    const pure = kitAndServices.filter(isPure);
    expect(pure.length, 'pure files').to.be.greaterThan(50);
    const found = pure.flatMap((file) => ioOf(file, [file]));
    refuse([...new Set(found)], 'A pure file decides from its arguments; what it loads must do so too:');
  });
});

function isPure(file: string): boolean {
  return /^\/\*\*\s*(\*\s*)?Pure\./.test(textOf(file));
}

/** Each way from a pure file to a module that does I/O; imports of types load nothing. */
function ioOf(file: string, trail: string[], seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return importsOf(file).flatMap((one) => {
    if (one.typeOnly || one.package === 'strangler-kit') return [];
    if (one.file !== undefined) return ioOf(one.file, [...trail, one.file], seen);
    return PURE_MODULES.includes(one.package!) ? [] : [[...trail, one.package].join(' → ')];
  });
}

function codeOf(file: string): string {
  return textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '');
}
