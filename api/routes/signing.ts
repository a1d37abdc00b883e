import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { signInCeremony } from '#db/changes/sign.ts';
import { sendSigningCode, trySigningCode } from '#db/changes/signing-code.ts';
import { sha256 } from '#db/personal.ts';
import { readBookingContext, type BookingContext } from '#db/queries/booking-context.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { databaseNow } from '#db/queries/bookings.ts';
import { findCeremony, markViewed, type CeremonyRow } from '#db/queries/ceremonies.ts';
import { documentOf, type DocumentRow } from '#db/queries/documents.ts';
import { envelopeOf, type EnvelopeRow } from '#db/queries/envelopes.ts';
import { codeRules } from '#domain/booking/signing-codes.ts';
import { openSigner } from '#db/signer.ts';
import { maySign } from '#domain/booking/moves.ts';
import { isSigned } from '#domain/booking/states.ts';
import type { SignatureInput } from '#contract/signing.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import { askForChange } from './changes.ts';
import { asGuest, readGuestBooking } from './guest-booking.ts';

/** Two processors finish some two signed bookings a second (docs/performance.md): workflows told much faster only stand in each other's way. */
const tellingEveryMs = 200;

type SigningHandlers = Pick<Handlers, 'signingSession' | 'sendSigningCode' | 'sign' | 'decline'>;

/** The signing ceremony as the guest goes through it. */
export function signingRoutes(parts: ApiParts): SigningHandlers {
  const { database, cipher, engine } = parts;
  // One after another in each process: twenty at once made everybody else wait half a second for a slot, and none of them was signed sooner for it.
  const inTurn = pLimit(1);
  const tellInTurn = pLimit(1);
  return {
    signingSession: async (call) => {
      const open = await openCeremony(parts, call.who.bookingId);
      await database.transaction((tx) => markViewed(tx, open.envelope.id, call));
      return presentSession(parts, open);
    },
    sendSigningCode: async (call) => {
      const { envelope, ceremony, context, document } = await openCeremony(parts, call.who.bookingId);
      // Codes are for signing here: a provider of its own asks for what it wants.
      if (!ceremony) throw new Refused('signing_not_open');
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const expiresAt = new Date((await databaseNow(database)).getTime() + codeRules.minutes * 60_000);
      const payload = cipher.seal(
        JSON.stringify({ code, expiresInMinutes: codeRules.minutes, documentTitle: document.title }),
        'message.payload',
      );
      const sent = await sendSigningCode(database, call.who.bookingId, {
        envelopeId: envelope.id,
        codeSha256: sha256(`${envelope.id}:${code}`),
        actor: asGuest(call),
        ...{ expiresAt, payload },
      });
      if (sent.outcome === 'limit_reached') throw new Refused('code_limit_reached');
      if (sent.outcome === 'too_soon') throw tooSoon(sent.waitSeconds);
      await engine.nudge(context.booking);
      return { sentTo: context.guest.email, expiresAt: expiresAt.toISOString() };
    },
    sign: onRecord(parts, async (call) => {
      const { booking, signedAt, late } = await inTurn(() => storeSignature(parts, call));
      // Stored is enough: should the engine not hear of it now, the sweep tells it.
      parts.errands.begin('telling a workflow of a signature', () =>
        tellInTurn(() => engine.nudge(booking).finally(() => sleep(tellingEveryMs))),
      );
      return { signedAt: signedAt.toISOString(), late };
    }),
    decline: async (call) => {
      const { bookingId } = call.who;
      await askForChange(parts, { bookingId, kind: 'decline', actor: asGuest(call), reason: call.body.reason }, call);
      return readGuestBooking(parts, bookingId);
    },
  };
}

/** @throws Refused where nothing is to be signed, or not like this. */
async function storeSignature(parts: ApiParts, call: Call<'sign'>) {
  const { database, cipher, signing } = parts;
  const { envelope, ceremony, context, document } = await openCeremony(parts, call.who.bookingId);
  if (signing.name !== 'builtin') throw new Refused('signing_not_open');
  refuseOtherTexts(parts, call.body, document, context);
  const mark = readMark(parts, call.body);
  const isCodeRequired = context.template?.emailCodeRequired ?? false;
  if (isCodeRequired) await requireCode(parts, envelope, ceremony, call);
  const { disclosureSha256, documentSha256 } = call.body;
  const outcome = await signInCeremony(
    database,
    cipher,
    call.who.bookingId,
    {
      isCodeRequired,
      disclosureVersion: disclosureOf(parts, context).version,
      disclosureSha256,
      documentSha256,
      mark: { kind: call.body.mark.kind, cipher: cipher.sealBytes(mark, 'ceremony.mark') },
      ip: call.ip,
      userAgent: call.userAgent,
    },
    asGuest(call),
  );
  if (outcome.outcome === 'refused') throw new Refused(outcome.code);
  return { booking: context.booking, signedAt: outcome.signedAt, late: outcome.late };
}

const tooSoon = (retryAfterSeconds: number) => new Refused('rate_limited', { context: { retryAfterSeconds } });

/** An attempt to sign that is refused is on record with its reason: a link used twice or too late, another text, a wrong code, no image. */
function onRecord(parts: ApiParts, sign: SigningHandlers['sign']): SigningHandlers['sign'] {
  return (call) =>
    sign(call).catch(async (error: unknown) => {
      if (error instanceof Refused)
        await appendAudit(parts.database, {
          ...call.who,
          at: parts.clock.now(),
          actor: asGuest(call),
          action: 'signing.refused',
          detail: { code: error.code },
        });
      throw error;
    });
}

type OpenCeremony = {
  context: BookingContext;
  envelope: EnvelopeRow;
  document: DocumentRow;
  ceremony: CeremonyRow | null;
};

/** What is to be signed now. @throws Refused when there is nothing, or no more. */
async function openCeremony(parts: ApiParts, bookingId: string): Promise<OpenCeremony> {
  const [context, envelope, document] = await Promise.all([
    readBookingContext(parts.database, parts.cipher, bookingId),
    envelopeOf(parts.database, bookingId),
    documentOf(parts.database, bookingId, 'agreement'),
  ]);
  const { ndaStatus, status } = context.booking;
  if (isSigned(ndaStatus)) throw new Refused('already_signed');
  if (ndaStatus === 'voided' || (status === 'expired' && ndaStatus !== 'sent')) throw new Refused('signing_closed');
  const isOpen = maySign(context.booking) && (envelope?.status === 'sent' || envelope?.status === 'delivered');
  if (!isOpen || !envelope || !document) throw new Refused('signing_not_open');
  return { context, envelope, document, ceremony: await findCeremony(parts.database, envelope.id) };
}

async function presentSession(parts: ApiParts, { context, envelope, document, ceremony }: OpenCeremony) {
  const { booking, guest, template } = context;
  const view = await parts.signing.createSigningView({
    providerEnvelopeId: envelope.providerEnvelopeId,
    envelopeId: envelope.id,
    // The provider opens its page for whom the envelope was made out to, also when the address was corrected since.
    signer: openSigner(parts.cipher, envelope.signerCipher, 'envelope.signer') ?? {
      name: guest.name,
      email: guest.email,
    },
    returnUrl: `${parts.publicUrl}/my-booking#${parts.cipher.guestToken(booking.id)}`,
  });
  return {
    kind: view.kind,
    providerUrl: view.kind === 'provider_page' ? view.url : null,
    envelopeId: envelope.id,
    document: {
      id: document.id,
      title: document.title,
      html: document.htmlCipher ? parts.cipher.open(document.htmlCipher, 'document.html') : '',
      sha256: document.sha256,
      language: template?.language ?? 'en',
    },
    signer: { name: guest.name, email: guest.email },
    disclosure: disclosureOf(parts, context),
    emailCode: {
      required: template?.emailCodeRequired ?? false,
      verified: ceremony?.codeVerifiedAt !== null && ceremony !== null,
      sentAt: ceremony?.codeSentAt?.toISOString() ?? null,
    },
    expiresAt: (booking.moveExpiresAt ?? booking.holdExpiresAt)?.toISOString() ?? null,
    serverTime: (await databaseNow(parts.database)).toISOString(),
  };
}

/** A signature is for the document and the disclosure that were shown, and no others. */
function refuseOtherTexts(
  parts: ApiParts,
  input: SignatureInput,
  document: DocumentRow,
  context: BookingContext,
): void {
  if (input.documentSha256 !== document.sha256) throw new Refused('document_changed');
  if (input.disclosureSha256 !== disclosureOf(parts, context).sha256) throw new Refused('document_changed');
}

function disclosureOf(parts: ApiParts, { guest, host, organization }: BookingContext) {
  return parts.ndaText.disclosure({
    organizationName: organization.name,
    contactEmail: host.email,
    language: guest.locale,
  });
}

function readMark(parts: ApiParts, { mark }: SignatureInput): Uint8Array {
  const read = parts.ndaText.readMark(
    mark.kind === 'typed' ? mark : { kind: mark.kind, image: Buffer.from(mark.imageBase64, 'base64') },
  );
  if (!read)
    throw new Refused('signature_unreadable', {
      errors: [{ field: 'mark', code: 'unreadable', message: 'This is not a PNG or JPEG image of a signature.' }],
    });
  return read;
}

async function requireCode(
  parts: ApiParts,
  envelope: EnvelopeRow,
  ceremony: CeremonyRow | null,
  call: Call<'sign'>,
): Promise<void> {
  if (ceremony?.codeVerifiedAt) return;
  const { code } = call.body;
  if (!code)
    throw new Refused('code_required', {
      errors: [{ field: 'code', code: 'required', message: 'Enter the code from the mail.' }],
    });
  const outcome = await trySigningCode(parts.database, call.who.bookingId, {
    envelopeId: envelope.id,
    codeSha256: sha256(`${envelope.id}:${code}`),
    actor: asGuest(call),
    ...{ ip: call.ip, userAgent: call.userAgent },
  });
  if (outcome === 'limit_reached') throw new Refused('code_limit_reached');
  if (outcome === 'wrong')
    throw new Refused('code_wrong', {
      errors: [{ field: 'code', code: 'wrong', message: 'This code is not right, or too old.' }],
    });
}
