import { randomUUID } from 'node:crypto';
import { newVersion } from '#api/presenters/offer.ts';
import { MeetingTypeInput } from '#contract/meeting-types.ts';
import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { createAccount } from '#db/queries/accounts.ts';
import { insertMeetingType } from '#db/queries/meeting-types.ts';
import { insertTemplate } from '#db/queries/nda-templates.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import { defaultTemplate } from '#domain/nda/default-template.ts';
import type { Scene } from './operations.ts';

const hours = [['09:00', '14:00']] as [string, string][];
const dayMs = 86_400_000;

/**
 * A host who is there from nine to two, with two meeting types: 30 minutes and 15 to recover, confirmed at once; 45 minutes between buffers,
 * with an NDA. Both start at any quarter of an hour and have a limit per day that fewer meetings reach than would fit.
 */
export async function setScene(database: Database, cipher: PersonalCipher): Promise<Scene & { hostId: string }> {
  const slug = `host-${randomUUID().slice(0, 13)}`;
  return database.transaction(async (tx) => {
    const owner = await createAccount(tx, {
      email: `${slug}@example.org`,
      name: 'Ada Host',
      locale: 'en',
      passwordHash: 'nobody logs in',
      organizationName: 'Analytical Engines',
      timeZone: 'UTC',
      slug,
    });
    const weekly = { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours };
    const rules = { timeZone: 'UTC', weekly, overrides: [], blackouts: [], travel: [] };
    await insertSchedule(tx, owner, { name: 'Nine to two', isDefault: true, rules });
    const { name, title, source, ownVariables } = defaultTemplate('en');
    const content = {
      title,
      source,
      language: 'en' as const,
      ownVariables,
      emailCodeRequired: false,
      renewOnReschedule: false,
    };
    const ndaTemplateId = await insertTemplate(tx, owner, name, newVersion(content));
    const shared = { intervalMinutes: 15, remindersMinutes: [], rescheduleCutoffMinutes: 0, rescheduleLimit: 50 };
    const typeIds = [
      await insertMeetingType(
        tx,
        owner,
        MeetingTypeInput.parse({
          ...shared,
          title: 'Short',
          slug: 'short',
          durationsMinutes: [30],
          bufferAfterMinutes: 15,
          limitPerDay: 3,
        }),
      ),
      await insertMeetingType(
        tx,
        owner,
        MeetingTypeInput.parse({
          ...shared,
          title: 'Long',
          slug: 'long',
          durationsMinutes: [45],
          bufferBeforeMinutes: 10,
          bufferAfterMinutes: 5,
          limitPerDay: 2,
          ndaTemplateId,
        }),
      ),
    ];
    const from = new Date(Math.floor(Date.now() / dayMs + 2) * dayMs);
    return { database, cipher, typeIds, from, bookingIds: [], hostId: owner.hostId };
  });
}
