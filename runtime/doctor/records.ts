import { readdirSync } from 'node:fs';
import { verifyAuditChain } from '#db/queries/audit.ts';
import { databaseNow } from '#db/queries/bookings.ts';
import { appliedMigrations, organizationIds, storedDocuments, valuesWithoutKey } from '#db/queries/inspection.ts';
import { newestSigningKey } from '#db/queries/signing-keys.ts';
import { migrate, migrationsDir } from '../migrate.ts';
import { counted, shown, type Check, type Finding, type Patient } from './finding.ts';

const documentsAtOnce = 200;
/** Without --thorough. */
const newestDocuments = 1_000;
const toleratedClockMs = 2_000;

export const migrations: Check = {
  name: 'migrations',
  title: 'the database is at the schema of this version',
  look: async ({ database, ownerUrl }) => {
    const own = readdirSync(migrationsDir)
      .filter((name) => name.endsWith('.sql'))
      .map((name) => name.split('_')[0] ?? '');
    const applied = await appliedMigrations(database);
    const lacking = own.filter((version) => !applied.includes(version));
    const newer = applied.filter((version) => !own.includes(version));
    const findings: Finding[] = [];
    if (lacking.length > 0) {
      findings.push({
        severity: 'error',
        what: `The database lacks ${counted(lacking.length, 'migration', 'migrations')}: ${lacking.join(', ')}`,
        why: 'This version does not work on that schema.',
        todo: 'countersign migrate, before api and worker of this version start.',
        ...(ownerUrl !== undefined && { mend: async () => void (await migrate(ownerUrl)) }),
      });
    }
    if (newer.length > 0) {
      findings.push({
        severity: 'warning',
        what: `The database has migrations that this version does not know: ${newer.join(', ')}`,
        why: 'A later version ran here. Old code runs on the next schema, not on every later one.',
        todo: 'Finish the upgrade on every machine (docs/upgrading.md).',
      });
    }
    return findings;
  },
};

export const documents: Check = {
  name: 'documents',
  title: 'documents are there and are what the database says',
  look: async (patient) => {
    const damaged = new Map<string, string[]>();
    let seen = 0;
    for (let after: string | null = null; ;) {
      const page = await storedDocuments(patient.database, after, documentsAtOnce);
      for (const document of page) {
        const reason = await damageOf(patient, document);
        if (reason !== null) damaged.set(reason, [...(damaged.get(reason) ?? []), document.id]);
      }
      seen += page.length;
      after = page.at(-1)?.id ?? null;
      if (page.length < documentsAtOnce || (!patient.thorough && seen >= newestDocuments)) break;
    }
    return [...damaged].map(([reason, ids]) => ({
      severity: 'error',
      what: `${counted(ids.length, 'document', 'documents')} cannot be read: ${reason}`,
      why: 'A signed agreement that cannot be shown proves nothing.',
      todo: documentAdvice[reason] ?? 'Put the objects back from a backup: see "Restore" in docs/operations.md.',
      ids: shown(ids),
    }));
  },
};

const documentAdvice: Readonly<Record<string, string>> = {
  MasterKeyUnknown: 'Put the master key back that they were encrypted under: MASTER_KEY takes several.',
};

type StoredDocument = Awaited<ReturnType<typeof storedDocuments>>[number];

/** The kind of damage; null when it can be read and its hash is right. @throws when the store cannot be reached at all */
async function damageOf({ vault }: Patient, document: StoredDocument): Promise<string | null> {
  try {
    await vault.read(document, `${document.organizationId}/${document.id}`);
    return null;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (['ObjectNotFound', 'SealBroken', 'MasterKeyUnknown'].includes(name)) return name;
    throw error;
  }
}

export const audit: Check = {
  name: 'audit',
  title: 'the audit trail of every organization holds, from its first entry to its newest',
  look: async ({ database }) =>
    (await verifyAuditChain(database)).flatMap(({ organizationId, firstBroken }) =>
      firstBroken === null
        ? []
        : [
            {
              severity: 'error' as const,
              what: `The audit trail of organization ${organizationId} is broken at entry ${firstBroken.position}${
                firstBroken.entry ? ` (${firstBroken.entry.action}, ${firstBroken.entry.at.toISOString()})` : ''
              }`,
              why: 'An entry was changed, taken out or put in by somebody who could write to the tables: it proves nothing from there on.',
              todo: 'Keep the database as it is, compare it with a backup, and find out who had the owner’s password.',
              ids: [organizationId],
            },
          ],
    ),
};

export const masterKeys: Check = {
  name: 'master-keys',
  title: 'the master keys open what was encrypted',
  look: async ({ database, cipher }) =>
    (await valuesWithoutKey(database, cipher)).map(({ keyId, count }) => ({
      severity: 'error',
      what: `${counted(count, 'value was', 'values were')} encrypted under a master key named ${keyId} that was not given`,
      why: 'Whatever needs them fails: pages of guests, mails, documents, seals. Perhaps the processes have it, and only this command has not.',
      todo: `Put it back into MASTER_KEY as ${keyId}=…, beside the others: docs/operations.md, "Another master key".`,
    })),
};

export const signingKeys: Check = {
  name: 'signing-keys',
  title: 'organizations can sign',
  look: async ({ config, database, cipher }) => {
    if (config.signing.provider !== 'builtin') return [];
    const findings: Finding[] = [];
    for (const { id } of await organizationIds(database)) {
      const key = await newestSigningKey(database, id);
      if (!key) continue;
      try {
        cipher.openBytes(key.privateKeyCipher, 'signing_key.private_key');
      } catch {
        findings.push(unreadableKey(id));
      }
    }
    return findings;
  },
};

function unreadableKey(organizationId: string): Finding {
  return {
    severity: 'error',
    what: `The signing key of organization ${organizationId} cannot be decrypted`,
    why: 'No document of theirs can be sealed: signatures would wait.',
    todo: 'Put the master key back that it was encrypted under: MASTER_KEY takes several.',
    ids: [organizationId],
  };
}

export const clock: Check = {
  name: 'clock',
  title: 'this machine and the database agree about the time',
  look: async ({ database }) => {
    const before = Date.now();
    const there = (await databaseNow(database)).getTime();
    const after = Date.now();
    const apartMs = there < before ? before - there : Math.max(there - after, 0);
    if (apartMs < toleratedClockMs) return [];
    return [
      {
        severity: apartMs > 60_000 ? 'error' : 'warning',
        what: `The clock of this machine is ${(apartMs / 1000).toFixed(1)} s off the database’s`,
        why: 'The product goes by the database’s clock, on pages and in documents too. What goes by this machine’s would be wrong: logs, TLS, the signatures that an S3 storage checks.',
        todo: 'Have both machines follow a time server (NTP).',
      },
    ];
  },
};
