/** The door to knex, for schemas and ordinary queries; hot paths use mysql2 itself. */
import createKnex, { type Knex } from 'knex';
import { FIDELITY_OPTIONS, urlOptions } from './mysql.ts';

export type { Knex };

/** A knex instance on mysql2 with the fidelity settings; `pool` is the largest number of connections. */
export function connectKnex(url: string, { pool = 5 }: { pool?: number } = {}): Knex {
  return createKnex({
    client: 'mysql2',
    connection: {
      ...FIDELITY_OPTIONS,
      ...urlOptions(url),
      connectTimeout: 5_000,
    } as Knex.MySql2ConnectionConfig,
    pool: { min: 0, max: pool },
    acquireConnectionTimeout: 5_000,
  });
}
