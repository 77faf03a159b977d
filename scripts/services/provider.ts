/** The servers that the kit's demo and tests need. */
export type ServiceKind = 'mariadb' | 'redis';

/** A server that can be used. `stop` ends only what was started for us; for a given URL it does nothing. */
export interface RunningService {
  url: string;
  /** How it was provided, in words for the log. */
  origin: string;
  stop(): Promise<void>;
}

/** What a way to get servers could give: those running, and why the others are not. */
export interface Offer {
  running: Partial<Record<ServiceKind, RunningService>>;
  missing: Partial<Record<ServiceKind, string>>;
}

/** One way to get servers. The ways are asked in order, each for what the ones before it did not give. */
export interface ServiceProvider {
  /** What the user would do to make this way work; shown when every way fails. */
  advice: string;
  provide(kinds: readonly ServiceKind[]): Promise<Offer>;
}
