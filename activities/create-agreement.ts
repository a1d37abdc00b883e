import { agreementCreated } from '#db/changes/agreement.ts';
import { readBookingContext, type BookingContext, type TemplateVersion } from '#db/queries/booking-context.ts';
import { databaseNow, type BookingRow } from '#db/queries/bookings.ts';
import { isMoving, pendingMoveOf } from '#domain/booking/moves.ts';
import { ndaValues } from '#domain/nda/values.ts';
import { documentHtml } from '#integrations/templating/document-html.ts';
import { renderTemplate } from '#integrations/templating/template.ts';
import { derivedId, inRound } from './derived-id.ts';
import type { Parts } from './parts.ts';

/** What an outside provider looks for in the text to place the signature. */
export const signatureAnchor = '/countersign-signature/';

/** The template's version and the booking's data → text → PDF → storage. */
export async function createAgreement(parts: Parts, bookingId: string): Promise<void> {
  const context = await readBookingContext(parts.database, parts.cipher, bookingId);
  const { booking, template } = context;
  if (booking.ndaStatus !== 'pending') return;
  if (!template) throw new Error(`Booking ${bookingId} needs an NDA, but has no template version.`);
  const documentId = derivedId(inRound('agreement', booking.ndaRound), bookingId);
  const createdAt = await madeAt(parts, booking);
  const values = valuesOf(context, template, { id: documentId, createdAt });
  const { html } = renderTemplate({ title: template.title, source: template.source, values });
  const isForProvider = parts.signing.name !== 'builtin';
  const pdf = await parts.renderer.render({
    html: documentHtml({
      html,
      title: template.title,
      language: template.language,
      documentId,
      ...(isForProvider && { signatureAnchor }),
    }),
    title: template.title,
    language: template.language,
    author: context.organization.name,
    createdAt,
  });
  const stored = await parts.vault.save(pdf, vaultContext(booking.organizationId, documentId));
  const isKept = await agreementCreated(parts.database, bookingId, {
    ...stored,
    id: documentId,
    round: booking.ndaRound,
    title: template.title,
    mediaType: 'application/pdf',
    templateVersionId: template.id,
    valuesCipher: parts.cipher.seal(JSON.stringify(values), 'document.values'),
    htmlCipher: parts.cipher.seal(html, 'document.html'),
  });
  if (!isKept) await parts.vault.discard(stored);
}

export const vaultContext = (organizationId: string, documentId: string): string => `${organizationId}/${documentId}`;

/** The day that the text names: of the hold, or of the move that it is made anew for. Of two runs, the text that is stored first counts. */
async function madeAt({ database }: Parts, booking: BookingRow): Promise<Date> {
  return isMoving(booking) ? databaseNow(database) : (booking.heldAt ?? booking.createdAt);
}

function valuesOf(context: BookingContext, template: TemplateVersion, document: { id: string; createdAt: Date }) {
  const { booking, guest, host, organization, meetingType } = context;
  const { startsAt, endsAt } = pendingMoveOf(booking) ?? booking;
  const outcome = ndaValues(
    {
      language: template.language,
      timeZone: host.timeZone,
      organization,
      host: { name: host.displayName, email: host.email },
      guest: { name: guest.name, email: guest.email, company: guest.answers['company'] ?? null },
      meeting: {
        title: meetingType.title,
        startsAt,
        durationMinutes: (endsAt.getTime() - startsAt.getTime()) / 60_000,
        location: meetingType.location || null,
      },
      document,
      answers: guest.answers,
    },
    template.ownVariables,
  );
  if (outcome.outcome === 'missing') throw new ValuesMissing(outcome.names);
  return outcome.values;
}

/** Names of variables only: nothing personal. */
class ValuesMissing extends Error {
  override readonly name = 'ValuesMissing';
  constructor(names: readonly string[]) {
    super(`The NDA has no value for ${names.join(', ')}.`);
  }
}
