import { zipSync } from 'fflate';
import { documentRead } from '#db/changes/agreement.ts';
import { bookingAudit, type Actor } from '#db/queries/audit.ts';
import { readBookingContext } from '#db/queries/booking-context.ts';
import { ceremonyEvents, findCeremony } from '#db/queries/ceremonies.ts';
import { documentsOf } from '#db/queries/documents.ts';
import { envelopesOf, type EnvelopeRow } from '#db/queries/envelopes.ts';
import { changeRequestsOf } from '#db/queries/guest-data.ts';
import { messagesOf } from '#db/queries/messages.ts';
import { openSigner } from '#db/signer.ts';
import type { ApiParts } from './parts.ts';
import type { FileAnswer } from './route.ts';

type Files = Record<string, Uint8Array>;

/**
 * Everything that is kept of a guest in these bookings (GDPR Art. 15 and 20): `guest.json`, and the documents beside it, named by their booking.
 * Each document that goes in is a reading on record.
 */
export async function exportGuest(parts: ApiParts, bookingIds: readonly string[], actor: Actor): Promise<FileAnswer> {
  const files: Files = {};
  const bookings: unknown[] = [];
  for (const bookingId of bookingIds) {
    bookings.push(await recordOf(parts, bookingId, files));
    Object.assign(files, await documentFiles(parts, bookingId, actor));
  }
  const about = { format: 'countersign-guest-data-1', exportedAt: parts.clock.now().toISOString(), bookings };
  files['guest.json'] = Buffer.from(`${JSON.stringify(about, null, 2)}\n`);
  return { bytes: zipSync(files, { level: 6 }), filename: 'guest-data.zip' };
}

async function recordOf(parts: ApiParts, bookingId: string, files: Files) {
  const { database, cipher } = parts;
  const { booking, guest, host, organization, meetingType } = await readBookingContext(database, cipher, bookingId);
  const { id, status, ndaStatus, startsAt, endsAt, createdAt, heldAt, confirmedAt, endedAt } = booking;
  const messages = await messagesOf(database, bookingId);
  const signings: unknown[] = [];
  for (const [index, envelope] of (await envelopesOf(database, bookingId)).entries())
    signings.push(await signingOf(parts, envelope, `${bookingId}/signature${suffix(index)}`, files));
  return {
    booking: { id, status, ndaStatus, startsAt, endsAt, createdAt, heldAt, confirmedAt, endedAt },
    with: { organization: organization.name, host: host.displayName, meeting: meetingType.title },
    guest,
    requests: await changeRequestsOf(database, cipher, bookingId),
    mails: messages
      .filter(({ recipient }) => recipient === 'guest')
      .map(({ kind, status: mailStatus, requestedAt, sentAt }) => ({ kind, status: mailStatus, requestedAt, sentAt })),
    signing: signings.at(-1) ?? null,
    earlierSignings: signings.slice(0, -1),
    trail: (await bookingAudit(database, bookingId)).map(({ at, action, actorType, ip }) => ({
      at,
      action,
      by: actorType,
      ip: actorType === 'guest' ? ip : null,
    })),
  };
}

async function signingOf({ database, cipher }: ApiParts, envelope: EnvelopeRow, markFile: string, files: Files) {
  const ceremony = await findCeremony(database, envelope.id);
  const mark = ceremony?.markCipher ? cipher.openBytes(ceremony.markCipher, 'ceremony.mark') : null;
  const isText = ceremony?.markKind === 'typed';
  if (mark && !isText) files[`${markFile}.${isPng(mark) ? 'png' : 'jpg'}`] = mark;
  return {
    provider: envelope.provider,
    status: envelope.status,
    signedAt: envelope.signedAt,
    signer: ceremony && openSigner(cipher, ceremony.signerCipher, 'ceremony.signer'),
    declineReason: envelope.declineReasonCipher && cipher.open(envelope.declineReasonCipher, 'change_request.reason'),
    consentedAt: ceremony?.consentedAt ?? null,
    typedName: mark && isText ? mark.toString('utf8') : null,
    ip: ceremony?.ip ?? null,
    userAgent: ceremony?.userAgent ?? null,
    steps: ceremony ? await ceremonyEvents(database, envelope.id) : [],
  };
}

async function documentFiles(parts: ApiParts, bookingId: string, actor: Actor): Promise<Files> {
  const files: Files = {};
  for (const document of await documentsOf(parts.database, bookingId)) {
    if (document.removedAt) continue;
    const bytes = await parts.vault.read(document, `${document.organizationId}/${document.id}`);
    await documentRead(parts.database, bookingId, document.id, actor, 'export');
    files[`${bookingId}/${document.kind}${suffix(document.round)}.pdf`] = bytes;
  }
  return files;
}

/** What was signed anew for another time stands beside the first. */
const suffix = (round: number): string => (round > 0 ? `-${round + 1}` : '');

const isPng = (bytes: Uint8Array): boolean => bytes[0] === 0x89 && bytes[1] === 0x50;
