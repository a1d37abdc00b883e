import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { asSuperuser, OWNER_ROLE } from '#runtime/embedded/database.ts';
import { TEMPLATE_DATABASE } from '#tests/servers.ts';

export type TestDatabase = {
  /** As the application. */
  url: string;
  /** As the owner of the tables, for what the application may not do. */
  ownerUrl: string;
  superuserUrl: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
};

/** A fresh, migrated, empty database of its own. In a test file: one in `beforeAll`, and `drop()` in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { postgres } = inject('servers');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const administrator = postgres.superuser.replace('*', 'postgres');
  await asSuperuser(administrator, (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE} OWNER ${OWNER_ROLE}`),
  );
  return {
    url: postgres.app.replace('*', name),
    ownerUrl: postgres.owner.replace('*', name),
    superuserUrl: postgres.superuser.replace('*', name),
    drop: () =>
      asSuperuser(administrator, async (client) => {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }),
  };
}
