import { rmSync } from 'node:fs';
import { makeDataDirectory } from './data-directory.ts';
import { serviceErrors } from './errors.ts';
import { fromApt } from './from-apt.ts';
import { fromBinaries } from './from-binaries.ts';
import { fromDocker } from './from-docker.ts';
import { fromEnvironment } from './from-environment.ts';
import type { RunningService, ServiceKind, ServiceProvider } from './provider.ts';
import { startWatchdog } from './watchdog.ts';

/** What to start and where. */
export interface StartOptions<Kind extends ServiceKind> {
  need: readonly Kind[];
  /** Parent of the servers' own directory, for example `.data`. */
  dataDir: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  /** Leaves the data directory behind after stop, to be looked at. */
  keep?: boolean;
  /** Flush every commit to disk; slower. Default false: a dying server process loses nothing, a power cut may. */
  durable?: boolean;
}

/** The servers, and how to end what was started for them. */
export type Services<Kind extends ServiceKind> = Record<Kind, { url: string; origin: string }> & {
  stop(): Promise<void>;
};

/**
 * Finds or starts the servers: URLs in the environment, programs on the machine, the distribution's
 * packages (Debian or Ubuntu as root), a Docker engine. Everything that is started ends with `stop()`
 * and also when this process ends in any other way, kill -9 included.
 * Raises SERVICES_UNAVAILABLE, SERVICE_URL_UNREACHABLE, SERVICE_URL_INVALID, SERVICE_START_FAILED.
 */
export async function startServices<Kind extends ServiceKind>(
  options: StartOptions<Kind>,
): Promise<Services<Kind>> {
  const directory = makeDataDirectory(options.dataDir, options);
  const watchdog = startWatchdog({ directory, keep: options.keep });
  const started: RunningService[] = [];
  const stop = async () => {
    await Promise.all(started.splice(0).map((service) => service.stop()));
    await watchdog.close();
    if (!options.keep) rmSync(directory, { recursive: true, force: true });
  };
  try {
    const ways = waysInOrder(options, { directory, watchdog });
    const services = await askInOrder(ways, { need: options.need, started });
    for (const kind of options.need) options.log(`${kind}: ${services[kind].origin}`);
    return { ...services, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function waysInOrder(
  { env, log, durable }: StartOptions<ServiceKind>,
  place: { directory: string; watchdog: ReturnType<typeof startWatchdog> },
): ServiceProvider[] {
  const searchPath = env.PATH ?? '';
  const binaries = fromBinaries({ ...place, searchPath, durable });
  return [fromEnvironment(env), binaries, fromApt({ searchPath, log, binaries }), fromDocker({ env, log })];
}

/** Asks the ways one after the other; what they start is added to `started`, also when it is not enough in the end. */
export async function askInOrder<Kind extends ServiceKind>(
  ways: readonly ServiceProvider[],
  { need, started }: { need: readonly Kind[]; started: RunningService[] },
): Promise<Record<Kind, RunningService>> {
  const found: Partial<Record<ServiceKind, RunningService>> = {};
  const refusals: string[] = [];
  for (const way of ways) {
    const wanted = need.filter((kind) => found[kind] === undefined);
    if (wanted.length === 0) break;
    const { running, missing } = await way.provide(wanted);
    started.push(...Object.values(running));
    Object.assign(found, running);
    const why = [...new Set(Object.values(missing))].join('; ');
    if (why) refusals.push(`  - ${way.advice}\n    (now: ${why})`);
  }
  const absent = need.filter((kind) => found[kind] === undefined);
  if (absent.length > 0) {
    throw serviceErrors.error('SERVICES_UNAVAILABLE', {
      kinds: absent.join(' and '),
      ways: refusals.join('\n'),
    });
  }
  return found as Record<Kind, RunningService>;
}
