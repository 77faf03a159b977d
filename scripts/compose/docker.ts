import { KIT_IMAGE } from './compose-file.ts';
import type { ContainerState, Engine, EngineOptions } from './engine.ts';
import { mustRun, runCommand } from './run-command.ts';

/** Docker with its compose plugin, where an engine answers; undefined elsewhere. */
export async function dockerEngine({
  project,
  env,
  caFile,
  log,
}: EngineOptions): Promise<Engine | undefined> {
  for (const probe of [['info'], ['compose', 'version']]) {
    if ((await runCommand('docker', probe, env)).code !== 0) return undefined;
  }
  const docker = (...args: string[]) => mustRun('docker', args, env);
  const compose = (...args: string[]) => docker('compose', '-p', project, ...args);
  return {
    name: 'docker compose',
    async build() {
      log(`docker build --tag ${KIT_IMAGE} .`);
      await docker('build', ...(caFile ? ['--secret', `id=ca,src=${caFile}`] : []), '--tag', KIT_IMAGE, '.');
    },
    async up(services, ready) {
      log('docker compose up --detach --no-build');
      await compose('up', '--detach', '--no-build');
      for (const service of services) await ready(service);
    },
    async state(service) {
      const { code, output } = await runCommand(
        'docker',
        ['inspect', '--format', STATE_FORMAT, `${project}-${service}-1`],
        env,
      );
      return code === 0 ? stateOf(output) : { kind: 'absent' };
    },
    exec: (service, command) => runCommand('docker', ['exec', `${project}-${service}-1`, ...command], env),
    logs: (service) => compose('logs', '--no-color', '--tail', '40', service),
    async down() {
      log('docker compose down --volumes');
      await compose('down', '--volumes', '--timeout', '15');
    },
  };
}

/** What of a container's description tells its state; both engines know these fields. */
export const STATE_FORMAT = '{"state":{{json .State}},"restarts":{{.RestartCount}}}';

/** Reads what STATE_FORMAT prints. */
export function stateOf(description: string): ContainerState {
  const { state, restarts } = JSON.parse(description) as Description;
  if (state.Status === 'exited' || state.Status === 'dead') return { kind: 'exited', code: state.ExitCode };
  return state.Health?.Status === 'healthy' ? { kind: 'healthy' } : { kind: 'starting', restarts };
}

interface Description {
  state: { Status: string; ExitCode: number; Health?: { Status?: string } };
  restarts: number;
}
