/** The port through which a gate asks how a data group stands. The worker's admin API answers it. */

/** How a data group stands, or why that is not known. */
export type DataStatus =
  | { kind: 'unknown'; group: string; reason: string }
  | {
      kind: 'known';
      group: string;
      state: string;
      caughtUp: boolean;
      lagSeconds: number | null;
      /** The last verification; null before the first. `at` in milliseconds since the epoch. */
      verified: { clean: boolean; at: number } | null;
    };

/** Asks for the status of a data group; never rejects. */
export type DataStatusPort = (group: string) => Promise<DataStatus>;
