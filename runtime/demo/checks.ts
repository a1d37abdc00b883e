import { verificationSentences } from '#integrations/signing/verification/sentences.ts';
import { verifyPdf } from '#integrations/signing/verification/verify-pdf.ts';
import { call, type Credentials } from './client.ts';
import { wrongFacts } from './expected-facts.ts';
import type { SeenNews } from './live-rooms.ts';
import type { FoundMail } from './mailbox.ts';
import type { Timeline } from './timeline.ts';

export type Collected = {
  baseUrl: string;
  timeline: Timeline;
  host: Credentials;
  bookingId: string;
  /** The signed PDF as the guest downloaded it. */
  document: Buffer;
  /** The invite as the guest downloaded it. */
  invite: Buffer;
  /** The confirmations to guest and host. */
  mails: readonly FoundMail[];
  seen: readonly SeenNews[];
};

/** Whether everything that was collected is what it says, and fits together. @throws with what is wrong */
export async function checkEverything(collected: Collected): Promise<void> {
  const { timeline, document, mails, seen } = collected;
  const { sha256 } = await timeline.step(
    'check',
    'the PDF proves itself, offline',
    () => proveDocument(document),
    ({ words }) => words,
  );
  await timeline.step('check', 'the system knows the PDF', () => askAboutDocument(collected, sha256));
  await timeline.step(
    'check',
    "the host's view",
    () => askAsHost(collected, sha256),
    (words) => words,
  );
  await timeline.step('check', 'both mails carry this PDF and an invite', async () => {
    for (const mail of mails) refuseIncomplete(mail, document);
  });
  await timeline.step('check', 'the invite is a calendar event', async () => refuseBadInvite(collected.invite));
  await timeline.step(
    'check',
    'every event came, in order',
    async () => {
      const wrong = wrongFacts(seen);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    },
    () => `${seen.length} on three live connections`,
  );
}

async function proveDocument(document: Buffer): Promise<{ sha256: string; words: string }> {
  const report = await verifyPdf(document, { now: new Date() });
  const sentences = verificationSentences(report);
  // Only what is sealed here carries its agreement's own hash; an outside provider's seal says that the file is whole.
  const isProven = report.verdict === 'intact' && report.agreement?.matches !== false;
  if (!isProven) throw new Error(`The signed PDF does not prove itself:\n${sentences.join('\n')}`);
  return { sha256: report.sha256, words: sentences[0] ?? report.verdict };
}

async function askAboutDocument({ baseUrl, document }: Collected, sha256: string): Promise<void> {
  const answer = await call(baseUrl, 'verifyFile', { body: document });
  if (answer.verdict !== 'intact' || answer.known?.signedSha256 !== sha256) {
    throw new Error(`The system says of its own PDF: ${answer.sentences.join(' ')}`);
  }
}

/** What the dashboard says of the booking in the end. */
async function askAsHost({ baseUrl, host, bookingId }: Collected, sha256: string): Promise<string> {
  const params = { id: bookingId };
  const booking = await call(baseUrl, 'readBooking', { params }, host);
  const signed = booking.documents.find(({ kind }) => kind === 'signed');
  if (booking.status !== 'confirmed' || booking.ndaStatus !== 'completed' || signed?.sha256 !== sha256) {
    throw new Error(
      `The host sees ${booking.status}, NDA ${booking.ndaStatus}, and ${signed ? 'another' : 'no'} signed PDF.`,
    );
  }
  const { items } = await call(baseUrl, 'bookingAudit', { params }, host);
  return `confirmed, NDA completed, ${booking.documents.length} documents, ${items.length} entries in the audit trail`;
}

function refuseIncomplete({ subject, attachments }: FoundMail, document: Buffer): void {
  const hasDocument = attachments.some(({ content }) => content.equals(document));
  const hasInvite = attachments.some(({ mediaType }) => /calendar|ics/.test(mediaType));
  if (!hasDocument) throw new Error(`The mail "${subject}" does not carry the signed PDF.`);
  if (!hasInvite) throw new Error(`The mail "${subject}" carries no invite.`);
}

function refuseBadInvite(invite: Buffer): void {
  const text = invite.toString('utf8');
  for (const line of ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'STATUS:CONFIRMED', 'END:VCALENDAR']) {
    if (!text.includes(`${line}\r\n`)) throw new Error(`The invite has no line ${line}.`);
  }
}
