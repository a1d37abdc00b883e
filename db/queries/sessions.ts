import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

/** ASVS 5.0, 7.3: a session ends when it is not used, and in any case after a while. */
const idleDays = 14;
export const absoluteDays = 60;

const sessionRow = z.object({
  id: z.string(),
  accountId: z.string(),
  organizationId: z.string(),
  createdAt: z.date(),
  lastSeenAt: z.date(),
  userAgent: z.string().nullable(),
  ip: z.string().nullable(),
});
export type SessionRow = z.infer<typeof sessionRow>;
const columns = sql.fragment`id, account_id as "accountId", organization_id as "organizationId", created_at as "createdAt",
  last_seen_at as "lastSeenAt", user_agent as "userAgent", ip`;

export async function insertSession(
  db: Queryable,
  session: {
    accountId: string;
    organizationId: string;
    tokenSha256: Buffer;
    userAgent: string | null;
    ip: string | null;
  },
): Promise<void> {
  await db.query(sql.unsafe`
    insert into session (account_id, organization_id, token_sha256, expires_at, user_agent, ip)
    values (${session.accountId}, ${session.organizationId}, ${sql.binary(session.tokenSha256)}, now() + ${absoluteDays} * interval '1 day',
      ${session.userAgent}, ${session.ip})`);
  await db.query(sql.unsafe`
    update member set last_used_at = now() where account_id = ${session.accountId} and organization_id = ${session.organizationId}`);
}

/** A live session, by its token's hash. The last use is noted once a minute at most. */
export async function findSession(db: Queryable, tokenSha256: Buffer): Promise<SessionRow | null> {
  const session = await db.maybeOne(sql.type(sessionRow)`
    select ${columns} from session
    where token_sha256 = ${sql.binary(tokenSha256)} and expires_at > now() and last_seen_at > now() - ${idleDays} * interval '1 day'`);
  if (session && Date.now() - session.lastSeenAt.getTime() > 60_000) {
    await db.query(sql.unsafe`update session set last_seen_at = now() where id = ${session.id}`);
  }
  return session;
}

export async function sessionsOf(db: Queryable, accountId: string): Promise<readonly SessionRow[]> {
  return db.any(
    sql.type(
      sessionRow,
    )`select ${columns} from session where account_id = ${accountId} and expires_at > now() order by last_seen_at desc`,
  );
}

export async function endSession(db: Queryable, accountId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(sql.unsafe`delete from session where account_id = ${accountId} and id = ${id}`);
  return rowCount > 0;
}

/** All of an account's sessions, or all but one. */
export async function endSessions(db: Queryable, accountId: string, exceptId?: string): Promise<void> {
  await db.query(
    sql.unsafe`delete from session where account_id = ${accountId} and id is distinct from ${exceptId ?? null}`,
  );
}
