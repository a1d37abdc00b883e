import { Client, escapeIdentifier, escapeLiteral } from 'pg';

/** Who owns the tables and migrates them, and who the application is: a role that owns nothing. */
export const OWNER_ROLE = 'countersign_owner';
export const APP_ROLE = 'countersign_app';

export type RolePasswords = { owner: string; app: string };

/**
 * Makes both roles, with these passwords, and a database of the owner. Can be repeated: on every start the passwords are set
 * anew, so that what the state folder says is true.
 * @param superuserUrl a connection as a superuser to the database `postgres`
 */
export async function prepareDatabase(superuserUrl: string, database: string, passwords: RolePasswords): Promise<void> {
  await asSuperuser(superuserUrl, async (client) => {
    // The owner may create roles, because migrations make the role that host requests run as.
    await ensureRole(client, OWNER_ROLE, `LOGIN CREATEROLE PASSWORD ${escapeLiteral(passwords.owner)}`);
    await ensureRole(client, APP_ROLE, `LOGIN PASSWORD ${escapeLiteral(passwords.app)}`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(database)} OWNER ${OWNER_ROLE}`);
  });
}

/** Opens one connection, for the time of `work`. */
export async function asSuperuser<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // An error between queries (the server going down) must not end this process: the next query reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: Client, role: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  await client.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} ${attributes}`);
}
