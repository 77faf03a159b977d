/** Keeps an instance registered while it is well: again and again, with jitter, until it leaves. */
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { jittered, startPoll, unlessAborted } from './poll.ts';
import type { Announced, Registrar } from './registrar.ts';

/** What it needs. */
export interface RegistrationOptions {
  registrar: Registrar;
  log: Logger;
  clock: Clock;
  /** From 0 to 1, for jitter. */
  random: () => number;
  /** The instance's own health; healthy by default. */
  isHealthy?: () => boolean | Promise<boolean>;
}

/** A registration that is being kept. */
export interface KeptRegistration {
  /** Tells the registry now how the instance is, when that has changed. */
  announce(): void;
  /** Takes the instance out of the registry; to be called before the listener closes. Never rejects. */
  deregister(): Promise<void>;
}

/** Announces the instance once before it resolves, whether that succeeds or not, then a third of its time apart. */
export async function keepRegistered(options: RegistrationOptions): Promise<KeptRegistration> {
  const { registrar, log, clock, random } = options;
  const { service, id, ttl } = registrar.registration;
  const details = { service, id, registry: registrar.registry };
  const note = createNotes(log, details);
  const poll = startPoll(async (signal) => {
    const outcome = await announce(options, signal);
    if (outcome === undefined) return 0;
    note(outcome);
    // A newer instance answers under this name: this one is wanted again when that has died.
    return jittered(outcome === 'superseded' ? ttl : ttl / 3.6, random);
  }, clock);
  await poll.first;
  return {
    announce: poll.again,
    async deregister() {
      await poll.close();
      await registrar
        .leave()
        .catch((error) => log.warn('lease not given back', { ...details, error: messageOf(error) }));
      await registrar.close();
    },
  };
}

/** Undefined when the instance is leaving. */
async function announce(
  { registrar, isHealthy = () => true }: RegistrationOptions,
  signal: AbortSignal,
): Promise<Announced | Error | undefined> {
  try {
    const healthy = await unlessAborted(Promise.resolve().then(isHealthy), signal);
    return await registrar.announce(healthy, signal);
  } catch (error) {
    if (signal.aborted) return undefined;
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/** Says in the log what has changed, once. */
function createNotes(log: Logger, details: Record<string, string>): (outcome: Announced | Error) => void {
  let failing = false;
  let known = false;
  let superseded = false;
  return (outcome) => {
    if (outcome instanceof Error) {
      if (!failing) log.warn('lease not renewed', { ...details, error: messageOf(outcome) });
      failing = true;
      return;
    }
    failing = false;
    if (outcome === 'superseded' && !superseded)
      log.warn('a newer instance has this id; this one is not registered', details);
    if (outcome === 'registered' && superseded) log.info('the newer instance of this id is gone', details);
    superseded = outcome === 'superseded' || (superseded && outcome === 'unwell');
    if (outcome === 'registered' && known) log.info('registered again: the registry had forgotten', details);
    // What lapsed while the instance was not well was not forgotten.
    known = outcome === 'registered' || (known && outcome === 'renewed');
  };
}
