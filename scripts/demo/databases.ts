/** Makes the demo's databases and their users; each user may touch its own database and nothing else. */
import { connect } from 'strangler-kit/chassis';

/** URLs of the three accounts, as the processes will use them, and the admin account that makes them. */
export interface DemoDatabases {
  adminUrl: string;
  /** The monolith's account on its own database. */
  legacyUrl: string;
  /** The kit's account on the monolith's database: reads rows and the binlog, writes nothing. */
  legacyReaderUrl: string;
  /** The catalog service's account on its own database. */
  catalogUrl: string;
}

/** Creates databases, users and grants; does nothing to those that are there already. */
export async function createDemoDatabases({
  adminUrl,
  legacyUrl,
  legacyReaderUrl,
  catalogUrl,
}: DemoDatabases): Promise<void> {
  const admin = await connect(adminUrl);
  try {
    for (const url of [legacyUrl, legacyReaderUrl, catalogUrl]) {
      const { database, user, password } = account(url);
      await admin.query(`CREATE DATABASE IF NOT EXISTS ${quoted(database)}`);
      await admin.query(`CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?`, [user, password]);
    }
    await grant('ALL PRIVILEGES', legacyUrl);
    await grant('ALL PRIVILEGES', catalogUrl);
    await grant('SELECT, SHOW VIEW', legacyReaderUrl);
    await admin.query(`GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO ?@'%'`, [
      account(legacyReaderUrl).user,
    ]);
  } finally {
    await admin.end();
  }

  async function grant(privileges: string, url: string): Promise<void> {
    const { database, user } = account(url);
    await admin.query(`GRANT ${privileges} ON ${quoted(database)}.* TO ?@'%'`, [user]);
  }
}

function account(url: string): { database: string; user: string; password: string } {
  const { pathname, username, password } = new URL(url);
  return {
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}
