import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPassword } from '#api/auth/passwords.ts';
import { newVersion } from '#api/presenters/offer.ts';
import { officeHours } from '#api/auth/new-account.ts';
import { MeetingTypeInput } from '#contract/meeting-types.ts';
import { openDatabase } from '#db/pool.ts';
import { createAccount, findCredentials, setPassword, verifyEmail } from '#db/queries/accounts.ts';
import { insertMeetingType } from '#db/queries/meeting-types.ts';
import { insertTemplate } from '#db/queries/nda-templates.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import { defaultTemplate } from '#domain/nda/default-template.ts';
import type { Config } from './config.ts';

/** On a machine where one only tries things, the demo host runs the installation too. */
export const demoEmail = 'demo@countersign.example';
const email = demoEmail;

/**
 * A host to try things with: weekly hours, an NDA template, a meeting type with it and one without. A second call finds it all as it was
 * left. The password is random and kept in the state folder.
 */
export async function seedDemo(config: Config): Promise<{ email: string; password: string }> {
  const database = await openDatabase(config.database.url, { maxConnections: 1 });
  const password = demoPassword(config.stateDir);
  try {
    const known = await findCredentials(database, email);
    if (known) {
      if (password.isNew) await setPassword(database, known.accountId, await hashPassword(password.text));
      return { email, password: password.text };
    }
    const passwordHash = await hashPassword(password.text);
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    await database.transaction(async (tx) => {
      const owner = await createAccount(tx, {
        email,
        name: 'Demo Host',
        locale: 'en',
        passwordHash,
        organizationName: 'Demo Organization',
        timeZone,
        slug: 'demo',
      });
      await verifyEmail(tx, owner.accountId);
      const rules = { timeZone, weekly: officeHours, overrides: [], blackouts: [], travel: [] };
      await insertSchedule(tx, owner, { name: 'Working hours', isDefault: true, rules });
      const { name, title, source, language, ownVariables } = defaultTemplate('en');
      const content = {
        title,
        source,
        language: language === 'de' ? ('de' as const) : ('en' as const),
        ownVariables,
        emailCodeRequired: false,
        renewOnReschedule: false,
      };
      const ndaTemplateId = await insertTemplate(tx, owner, name, newVersion(content));
      await insertMeetingType(tx, owner, MeetingTypeInput.parse({ ...founderMeeting, ndaTemplateId }));
      await insertMeetingType(tx, owner, MeetingTypeInput.parse(introCall));
    });
    return { email, password: password.text };
  } finally {
    await database.end();
  }
}

const founderMeeting = {
  title: 'Founder meeting, in person',
  slug: 'founder-meeting',
  description: 'Bring the plan; we bring coffee. What you tell us stays with us: you sign a mutual NDA first.',
  location: 'Main Street 1, 3rd floor, ring the bell',
  durationsMinutes: [45],
  bufferAfterMinutes: 15,
  noticeMinutes: 120,
  holdMinutes: 10,
};

const introCall = {
  title: 'Intro call',
  slug: 'intro',
  description: 'A first conversation.',
  location: 'We call you',
  durationsMinutes: [30, 15],
  noticeMinutes: 60,
};

function demoPassword(stateDir: string): { text: string; isNew: boolean } {
  const file = join(stateDir, 'demo-password');
  if (existsSync(file)) return { text: readFileSync(file, 'utf8').trim(), isNew: false };
  const text = randomBytes(9).toString('base64url');
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return { text, isNew: true };
}
