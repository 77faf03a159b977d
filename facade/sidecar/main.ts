/**
 * The sidecar's composition root: the facade's pipeline before one unchanged application on the same machine.
 * It listens before the application starts, registers it once it is well, and at the end fails its probes, gives
 * the registration back, settles, drains, and only then ends the application.
 */
import { loadConfig } from '../../chassis/config/load.ts';
import type { SidecarConfig } from '../../chassis/config/schema/sidecar.ts';
import { createTransport } from '../../chassis/http/transport.ts';
import { facadeErrors } from '../errors.ts';
import { type FacadeOptions, type RunningFacade, startFacade } from '../main.ts';
import { watchAppHealth } from './app-health.ts';
import { type AppProcess, startAppProcess } from './app-process.ts';
import { createProbeAnswer } from './probe-answer.ts';
import { registerApp } from './registered-app.ts';
import { sidecarConfig, sidecarOf } from './sidecar-config.ts';

/** How a sidecar is started. */
export interface SidecarOptions extends Omit<FacadeOptions, 'derive' | 'checks' | 'before'> {
  /** Program and arguments of the application; empty when somebody else starts it. */
  command: readonly string[];
  /** Called when the application ends by itself, with its exit code. */
  onAppEnd: (code: number) => void;
}

/**
 * Starts a sidecar; what it opened is closed by the lifecycle. Raises SIDECAR_MISSING,
 * SIDECAR_ADVERTISE_MISSING, SIDECAR_COMMAND_FAILED, and what a facade's start may raise.
 */
export async function startSidecar(options: SidecarOptions): Promise<RunningFacade> {
  const { env, log, lifecycle, clock, command } = options;
  const loaded = await loadConfig(options.configFile, env);
  const config = sidecarOf(loaded);
  refuseUnreachable(config);

  // First to be opened, so that it is closed last.
  let app: AppProcess | undefined;
  lifecycle.onClose('application', () => app?.stop(), { takes: config.stop });
  const transport = createTransport({ connections: 1, connectTimeout: config.health.timeout });
  lifecycle.onClose('application health', () => transport.close());
  const health = watchAppHealth({ app: new URL(config.app).origin, ...config.health, transport, clock, log });
  const leave = createProbeAnswer(config.health.path);
  const running = await startFacade({
    ...options,
    derive: sidecarConfig,
    checks: { application: health.check },
    before: leave.answers,
  });

  if (command.length > 0) {
    app = await startAppProcess(command, { stop: config.stop, log });
    void app.ended.then(options.onAppEnd);
  }
  if (config.register) await registerApp({ config: loaded.config, url: running.url, health, ...options });
  lifecycle.onClose('application watch', () => health.close());
  lifecycle.onClose('probes', leave.begin);
  return running;
}

function refuseUnreachable({ listen, advertise, register }: SidecarConfig): void {
  const everywhere = ['0.0.0.0', '::'].includes(listen.host);
  if (register && everywhere && advertise === undefined) {
    throw facadeErrors.error('SIDECAR_ADVERTISE_MISSING', { host: listen.host });
  }
}
