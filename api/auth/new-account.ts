import { randomBytes } from 'node:crypto';
import * as accounts from '#db/queries/accounts.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import type { ApiParts } from '../parts.ts';

/** Weekdays from nine to five: something to start from. */
const office = [['09:00', '17:00']] as [string, string][];
export const officeHours = { mon: office, tue: office, wed: office, thu: office, fri: office, sat: [], sun: [] };

type NewOwner = Omit<accounts.NewAccount, 'slug'> & { ip: string | null; emailVerified: boolean };

/** An account with its organization, its host, and hours to start from. */
export async function openAccount({ database, clock }: ApiParts, { ip, emailVerified, ...input }: NewOwner) {
  return database.transaction(async (tx) => {
    const slug = await accounts.freeSlug(tx, slugOf(input.name));
    const made = await accounts.createAccount(tx, { ...input, slug });
    if (emailVerified) await accounts.verifyEmail(tx, made.accountId);
    const rules = { timeZone: input.timeZone, weekly: officeHours, overrides: [], blackouts: [], travel: [] };
    await insertSchedule(tx, made, { name: 'Working hours', isDefault: true, rules });
    await appendAudit(tx, {
      organizationId: made.organizationId,
      at: clock.now(),
      actor: { type: 'host', id: made.accountId, ip },
      action: 'account.registered',
    });
    return made;
  });
}

/** A name for public links, made from a person's. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50);
  return slug.length >= 2 ? slug : `host-${randomBytes(3).toString('hex')}`;
}
