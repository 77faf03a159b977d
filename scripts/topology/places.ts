/** Where the parts of one running demo stand. The demo's runner and the compose file fill it differently. */
export interface Places {
  /** Address that the processes listen on: 127.0.0.1 on one machine, 0.0.0.0 inside a container. */
  bind: string;
  /** Host names under which the other processes reach these two. */
  hosts: { facade: string; worker: string };
  /** Listening ports; 0 lets the process take a free one. */
  ports: Record<PortName, number>;
  urls: {
    legacy: string;
    facade: string;
    /** Where facades reach the catalog; empty lets it announce the address that it listens on. */
    catalog: string;
    redis: string;
    /** An account that may create databases and users. */
    mariadbAdmin: string;
    legacyDb: string;
    /** An account that may only read the legacy database and follow its binlog. */
    legacyReaderDb: string;
    catalogDb: string;
  };
  /** The file of the kit's configuration, from the repository's root or absolute. */
  config: string;
  /** Guards what changes something in the admin APIs. */
  adminToken: string;
  uploadDir: string;
}

/** The ports of the demo's processes. */
export type PortName = 'legacy' | 'facade' | 'facadeAdmin' | 'workerAdmin' | 'catalog' | 'traffic';
