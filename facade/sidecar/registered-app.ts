/** The application in its registry: named there once it is well, no longer called while it is not, and taken out first. */
import { randomUUID } from 'node:crypto';
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';
import { openRegistrar, REGISTRATION_TTL } from '../../chassis/discovery/open-registrar.ts';
import { type KeptRegistration, keepRegistered } from '../../chassis/discovery/registration.ts';
import type { ProcessContext } from '../../chassis/lifecycle.ts';
import type { AppHealth } from './app-health.ts';

/** What it needs. */
export interface RegisteredAppOptions extends Pick<ProcessContext, 'log' | 'lifecycle' | 'clock'> {
  /** With a `sidecar:`. */
  config: StranglerConfig;
  /** Where the sidecar listens. */
  url: string;
  health: AppHealth;
  /** From 0 to 1, for jitter. */
  random?: () => number;
}

/** Registers it while it is well; on leaving it is taken out before the sidecar settles and its listener closes. */
export async function registerApp(options: RegisteredAppOptions): Promise<void> {
  const { config, url, health, log, lifecycle, clock, random = Math.random } = options;
  const { service, registry, advertise } = config.sidecar!;
  const registration = {
    ...{ service, id: `${service}-${randomUUID()}`, url: advertise ?? url },
    ttl: REGISTRATION_TTL[registry],
  };
  const registrar = await openRegistrar(registry, config, registration, { log, now: clock.now });
  if (registrar === undefined) {
    log.warn('the application is not registered: there is no redis; say register: false if that is meant');
    return;
  }
  let kept: Promise<KeptRegistration> | undefined;
  const follow = () => {
    if (kept !== undefined) void kept.then((one) => one.announce());
    else if (health.ok) kept = keepRegistered({ registrar, log, clock, random, isHealthy: () => health.ok });
  };
  health.onChange(follow);
  follow();
  lifecycle.onClose('registration', async () => {
    if (kept === undefined) return registrar.close();
    await (await kept).deregister();
  });
}
