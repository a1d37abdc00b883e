import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { readBookingContext } from '#db/queries/booking-context.ts';
import { ceremonyEvents, findCeremony, openCeremony, voidCeremony } from '#db/queries/ceremonies.ts';
import { findDocument } from '#db/queries/documents.ts';
import { openSigner } from '#db/signer.ts';
import type { Ceremonies, CompletedCeremony, SignatureMark } from '#integrations/signing/builtin/ceremony.ts';
import type { DocumentVault } from '#integrations/storage/vault.ts';
import { vaultContext } from './create-agreement.ts';

/** The built-in provider's records, in the product's own database. */
export function databaseCeremonies(parts: {
  database: Database;
  cipher: PersonalCipher;
  vault: DocumentVault;
}): Ceremonies {
  const { database } = parts;
  return {
    open: (input) => database.transaction((tx) => openCeremony(tx, input)),
    void: (envelopeId) => database.transaction((tx) => voidCeremony(tx, envelopeId)),
    status: async (envelopeId) => {
      const ceremony = await findCeremony(database, envelopeId);
      if (!ceremony) throw new Error(`There is no ceremony ${envelopeId}.`);
      return ceremony.status;
    },
    completed: (envelopeId) => readCompleted(parts, envelopeId),
  };
}

async function readCompleted(
  parts: { database: Database; cipher: PersonalCipher; vault: DocumentVault },
  envelopeId: string,
): Promise<CompletedCeremony | null> {
  const { database, cipher, vault } = parts;
  const ceremony = await findCeremony(database, envelopeId);
  if (!ceremony?.signedAt || !ceremony.markKind || !ceremony.markCipher) return null;
  const document = await findDocument(database, ceremony.documentId);
  if (!document) throw new Error(`Ceremony ${envelopeId} has no document.`);
  const context = await readBookingContext(database, cipher, ceremony.bookingId);
  const mark = cipher.openBytes(ceremony.markCipher, 'ceremony.mark');
  return {
    envelopeId,
    document: {
      documentId: document.id,
      title: document.title,
      pdf: await vault.read(document, vaultContext(document.organizationId, document.id)),
      sha256: document.sha256,
      templateName: context.template?.name ?? document.title,
      templateVersion: context.template?.version ?? 1,
    },
    // Nothing was kept for signatures of before that.
    signer: openSigner(cipher, ceremony.signerCipher, 'ceremony.signer') ?? {
      name: context.guest.name,
      email: context.guest.email,
    },
    mark: asMark(ceremony.markKind, mark),
    consent: {
      at: ceremony.consentedAt ?? ceremony.signedAt,
      disclosureVersion: ceremony.disclosureVersion ?? '',
      disclosureSha256: ceremony.disclosureSha256 ?? '',
    },
    emailCodeVerifiedAt: ceremony.codeVerifiedAt,
    signedAt: ceremony.signedAt,
    ip: ceremony.ip,
    userAgent: ceremony.userAgent,
    events: await ceremonyEvents(database, envelopeId),
    organization: context.organization,
    host: { name: context.host.displayName },
    timeZone: context.guest.timeZone,
    locale: context.guest.locale,
  };
}

function asMark(kind: 'drawn' | 'typed' | 'uploaded', bytes: Buffer): SignatureMark {
  return kind === 'typed' ? { kind, text: bytes.toString('utf8') } : { kind, image: new Uint8Array(bytes) };
}
