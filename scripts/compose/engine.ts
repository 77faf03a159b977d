import type { CommandResult } from './run-command.ts';

/** What a container is doing. */
export type ContainerState =
  | { kind: 'absent' | 'healthy' }
  /** `restarts`: how often its restart policy has started it again. */
  | { kind: 'starting'; restarts: number }
  | { kind: 'exited'; code: number };

/** What runs the compose file. */
export interface Engine {
  name: string;
  /** Builds the image of the repository's processes. */
  build(): Promise<void>;
  /** Starts the services in the order of their needs; `ready` resolves when one of them fulfils those of the others. */
  up(services: readonly string[], ready: (service: string) => Promise<void>): Promise<void>;
  state(service: string): Promise<ContainerState>;
  /** Runs a command in a service's container. */
  exec(service: string, command: readonly string[]): Promise<CommandResult>;
  logs(service: string): Promise<string>;
  /** Removes containers, networks and volumes of this project. */
  down(): Promise<void>;
}

/** What every engine needs to know. */
export interface EngineOptions {
  project: string;
  env: NodeJS.ProcessEnv;
  /** A file with the certificates that a build must trust beside the usual ones. */
  caFile: string | undefined;
  log: (line: string) => void;
}
