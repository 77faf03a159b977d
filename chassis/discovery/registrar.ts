/** How an instance tells a registry of itself: the port. Each registry has its own file. */

/** What an instance says of itself. */
export interface Registration {
  service: string;
  /** Told apart from all other instances of the service. */
  id: string;
  /** Where this instance answers. */
  url: string;
  /** Milliseconds without a word after which the registry takes it for dead. */
  ttl: number;
}

/**
 * What came of an announcement: the registry did not know it (any more); it did; the instance is not well, and
 * the registry knows or will know; a newer instance with the same id is there.
 */
export type Announced = 'registered' | 'renewed' | 'unwell' | 'superseded';

/** One instance's line to a registry. */
export interface Registrar {
  /** For logs. */
  readonly registry: string;
  readonly registration: Registration;
  /** Registers, or says that it is still there. Throws when the registry did not take it. */
  announce(healthy: boolean, signal: AbortSignal): Promise<Announced>;
  /** Takes the instance out. Throws when the registry did not take it. */
  leave(): Promise<void>;
  close(): Promise<void>;
}
