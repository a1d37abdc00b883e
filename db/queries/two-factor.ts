import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { Queryable } from '../pool.ts';

const row = z.object({ secretCipher: bytes, confirmedAt: z.date().nullable() });
export type TwoFactorRow = z.infer<typeof row>;

export async function findTwoFactor(db: Queryable, accountId: string): Promise<TwoFactorRow | null> {
  return db.maybeOne(sql.type(row)`
    select secret_cipher as "secretCipher", confirmed_at as "confirmedAt" from two_factor where account_id = ${accountId}`);
}

/** A secret that waits for its first code; an earlier one that waits is forgotten. @returns false when one is in use. */
export async function offerTwoFactor(db: Queryable, accountId: string, secretCipher: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(sql.unsafe`
    insert into two_factor (account_id, secret_cipher) values (${accountId}, ${sql.binary(secretCipher)})
    on conflict (account_id) do update set secret_cipher = excluded.secret_cipher, created_at = now(), last_step = 0
      where two_factor.confirmed_at is null`);
  return rowCount > 0;
}

export async function confirmTwoFactor(db: Queryable, accountId: string): Promise<void> {
  await db.query(
    sql.unsafe`update two_factor set confirmed_at = coalesce(confirmed_at, now()) where account_id = ${accountId}`,
  );
}

/** Takes a code by its time step, once: also of many requests at the same moment only one. */
export async function takeStep(db: Queryable, accountId: string, step: number): Promise<boolean> {
  const { rowCount } = await db.query(
    sql.unsafe`update two_factor set last_step = ${step} where account_id = ${accountId} and last_step < ${step}`,
  );
  return rowCount > 0;
}

export async function endTwoFactor(tx: Queryable, accountId: string): Promise<void> {
  await tx.query(sql.unsafe`delete from recovery_code where account_id = ${accountId}`);
  await tx.query(sql.unsafe`delete from two_factor where account_id = ${accountId}`);
}

/** The earlier ones count no more. */
export async function replaceRecoveryCodes(
  tx: Queryable,
  accountId: string,
  sha256s: readonly Buffer[],
): Promise<void> {
  await tx.query(sql.unsafe`delete from recovery_code where account_id = ${accountId}`);
  for (const hash of sha256s)
    await tx.query(
      sql.unsafe`insert into recovery_code (code_sha256, account_id) values (${sql.binary(hash)}, ${accountId})`,
    );
}

export async function takeRecoveryCode(db: Queryable, accountId: string, sha256: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(sql.unsafe`
    update recovery_code set used_at = now()
    where code_sha256 = ${sql.binary(sha256)} and account_id = ${accountId} and used_at is null`);
  return rowCount > 0;
}

export async function recoveryCodesLeft(db: Queryable, accountId: string): Promise<number> {
  return db.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*) as count from recovery_code where account_id = ${accountId} and used_at is null`);
}
