import { fileURLToPath } from 'node:url';
import { KIT_IMAGE } from './compose-file.ts';
import { STATE_FORMAT, stateOf } from './docker.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { mustRun, runCommand } from './run-command.ts';

const OWN_SETTINGS = fileURLToPath(new URL('../images/containers.conf', import.meta.url));
const PROBE_IMAGE = 'redis:7-bookworm';

/**
 * Podman with podman-compose; undefined where they are not installed. Podman-compose does not wait for
 * the conditions of depends_on, and without systemd nobody runs the health checks, so both is done here.
 */
export async function podmanEngine(options: EngineOptions): Promise<Engine | undefined> {
  const { project, caFile, log } = options;
  const env = await workingEnvironment(options);
  if (!env) return undefined;
  const podman = (...args: string[]) => mustRun('podman', args, env);
  const compose = (...args: string[]) => mustRun('podman-compose', ['-p', project, ...args], env);
  const container = (service: string) => `${project}_${service}_1`;
  return {
    name: 'podman-compose',
    async build() {
      log(`podman build --tag ${KIT_IMAGE} .`);
      await podman('build', ...(caFile ? ['--secret', `id=ca,src=${caFile}`] : []), '--tag', KIT_IMAGE, '.');
    },
    async up(services, ready) {
      for (const service of services) {
        log(`podman-compose up --detach --no-build ${service}`);
        await compose('up', '--detach', '--no-build', '--no-deps', service);
        await ready(service);
      }
    },
    async state(service) {
      await runCommand('podman', ['healthcheck', 'run', container(service)], env);
      const args = ['inspect', '--type', 'container', '--format', STATE_FORMAT, container(service)];
      const { code, output } = await runCommand('podman', args, env);
      return code === 0 ? stateOf(output.trim().split('\n').at(-1)!) : { kind: 'absent' };
    },
    exec: (service, command) => runCommand('podman', ['exec', container(service), ...command], env),
    logs: async (service) =>
      (await runCommand('podman', ['logs', '--tail', '40', container(service)], env)).output,
    async down() {
      log('podman-compose down --volumes');
      await compose('down', '--volumes', '--timeout', '15');
      // This version of podman-compose leaves its network.
      await runCommand('podman', ['network', 'rm', `${project}_default`], env);
    },
  };
}

/** The machine's own settings where containers start with them, else ours (a machine without systemd or crun). */
async function workingEnvironment({ env, log }: EngineOptions): Promise<NodeJS.ProcessEnv | undefined> {
  if ((await runCommand('podman-compose', ['version'], env)).code !== 0) return undefined;
  if (env.CONTAINERS_CONF) return { ...env, DISABLE_HC_SYSTEMD: 'true' };
  const probe = await runCommand('podman', ['run', '--rm', '--network', 'none', PROBE_IMAGE, 'true'], env);
  if (probe.code === 0) return env;
  log('podman starts no container with the settings of this machine; using scripts/images/containers.conf');
  return { ...env, CONTAINERS_CONF: OWN_SETTINGS, DISABLE_HC_SYSTEMD: 'true' };
}
