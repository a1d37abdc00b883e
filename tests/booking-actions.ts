import { sql } from 'slonik';
import { z } from 'zod';
import type { NdaTemplate } from '#contract/nda-templates.ts';
import type { Slots } from '#contract/public-pages.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { listMailbox, readMailboxMessage, type MailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import {
  eventually,
  factsOf,
  findSlot,
  holdSlot,
  openSigning,
  readAsHost,
  send,
  signTyped,
  untilStatus,
  type Reply,
  type TestHost,
  type TestType,
} from './people.ts';
import type { Product } from './product.ts';

/** What guests and hosts do to a booking in tests, what time does to it, and what can be seen of it afterwards. */
export type HeldBooking = { id: string; token: string; startsAt: string };

/** A booking whose guest could sign now. */
export async function bookingToSign(product: Product, host: TestHost, type: TestType): Promise<HeldBooking> {
  const startsAt = await findSlot(product, host, type);
  const { body, status } = await holdSlot(product, type, startsAt);
  if (status !== 201) throw new Error(`The hold was answered with ${status}: ${JSON.stringify(body)}`);
  const { token, booking } = body;
  if (booking.status === 'held') await openSigning(product, token);
  // A signature overtakes the mail that asks for it: tests that count mails begin with one that has left.
  if (booking.status === 'held') await untilMailed(product, booking.id, 1);
  return { id: booking.id, token, startsAt };
}

/** A confirmed booking: at once without an NDA, signed in time with one; its mails have left. */
export async function confirmedBooking(product: Product, host: TestHost, type: TestType): Promise<HeldBooking> {
  const booking = await bookingToSign(product, host, type);
  const isSigned = (await readAsHost(product, host, booking.id)).ndaStatus !== 'not_required';
  if (isSigned) await signTyped(product, booking.token, await openSigning(product, booking.token));
  await untilStatus(product, booking.token, 'confirmed');
  await untilMailed(product, booking.id, isSigned ? 3 : 2);
  return booking;
}

/** A host's request about a booking, sent as their page sends it. */
export function asHost<T>(
  product: Product,
  host: TestHost,
  path: string,
  body: unknown = {},
  method = 'POST',
): Promise<Reply<T>> {
  return send<T>(product, method, path, { cookie: host.cookie, csrf: host.csrf, ...(method !== 'GET' && { body }) });
}

/** Publishes the host's NDA anew, so that a meeting that moves asks for a new signature. */
export async function askForRenewal(product: Product, host: TestHost): Promise<void> {
  const path = `/nda-templates/${host.ndaTemplateId}`;
  const { body } = await asHost<NdaTemplate>(product, host, path, undefined, 'GET');
  const content = { ...body.current.content, renewOnReschedule: true };
  const { body: published } = await asHost<NdaTemplate>(product, host, `${path}/versions`, content);
  if (published.current.content.renewOnReschedule !== true) throw new Error('The template does not ask for renewal.');
}

/** Lets a hold end so many milliseconds from now, as if its minutes had passed; also that of a time to move to. */
export async function letHoldEnd(product: Product, bookingId: string, inMs = 0): Promise<void> {
  const { database } = product.shared;
  await database.transaction(async (tx) => {
    const at = new Date(Date.now() + inMs).toISOString();
    await tx.query(sql.unsafe`update booking set hold_expires_at = ${at} where id = ${bookingId} and status = 'held'`);
    await tx.query(
      sql.unsafe`update booking set move_expires_at = ${at} where id = ${bookingId} and move_expires_at is not null`,
    );
    await tx.query(
      sql.unsafe`update claim set expires_at = ${at} where booking_id = ${bookingId} and is_live and expires_at is not null`,
    );
  });
}

/** Puts a booking's meeting at another time of the clock, as if days had passed; its claim goes with it. */
export async function moveMeeting(
  product: Product,
  bookingId: string,
  meeting: { startsInMs: number; endsInMs: number },
): Promise<void> {
  const [from, to] = [meeting.startsInMs, meeting.endsInMs].map((ms) => new Date(Date.now() + ms).toISOString());
  await product.shared.database.transaction(async (tx) => {
    await tx.query(
      sql.unsafe`update booking set starts_at = ${from ?? ''}, ends_at = ${to ?? ''} where id = ${bookingId}`,
    );
    await tx.query(
      sql.unsafe`update claim set during = tstzrange(${from ?? ''}, ${to ?? ''}) where booking_id = ${bookingId} and is_live`,
    );
  });
  await wake(product, bookingId);
}

/** As if the meeting of a confirmed booking had ended so many days ago; it is completed by then. */
export async function letMeetingPass(product: Product, host: TestHost, bookingId: string, days: number): Promise<void> {
  const endsInMs = -days * 86_400_000;
  await moveMeeting(product, bookingId, { startsInMs: endsInMs - 1_800_000, endsInMs });
  await eventually(
    () => readAsHost(product, host, bookingId),
    ({ status }) => status === 'completed',
  );
}

/** Tells the booking's workflow to look at what is stored. */
export async function wake(product: Product, bookingId: string): Promise<void> {
  const booking = await findBooking(product.shared.database, bookingId);
  if (!booking) throw new Error(`There is no booking ${bookingId}.`);
  await product.shared.engine.nudge(booking);
}

/** The names of a booking's facts, mails aside. */
export async function milestonesOf(product: Product, bookingId: string): Promise<string[]> {
  return (await factsOf(product, bookingId)).map(({ type }) => type).filter((type) => !type.startsWith('notify.'));
}

/** What the audit trail says was done, and by whom, as the host reads it: `nda.signed by guest`; mails aside. */
export async function trailOf(product: Product, host: TestHost, bookingId: string): Promise<string[]> {
  const { body } = await asHost<{ items: { action: string; actor: { type: string } }[] }>(
    product,
    host,
    `/bookings/${bookingId}/audit`,
    undefined,
    'GET',
  );
  return body.items
    .map(({ action, actor }) => `${action} by ${actor.type}`)
    .filter((line) => !line.startsWith('mail.sent') && !line.startsWith('document.read'));
}

export type StoredMail = { id: string; kind: string; recipient: string; status: string };

/** The mails of a booking, in the order in which they were asked for. */
export async function mailsOf(product: Product, bookingId: string): Promise<StoredMail[]> {
  const mail = z.object({ id: z.string(), kind: z.string(), recipient: z.string(), status: z.string() });
  return [
    ...(await product.shared.database.any(sql.type(mail)`
      select id, kind, recipient, status from message where booking_id = ${bookingId} order by requested_at, id`)),
  ];
}

/** Waits until so many mails of a booking have left (or came back), and answers them all. */
export function untilMailed(product: Product, bookingId: string, count: number): Promise<StoredMail[]> {
  return eventually(
    () => mailsOf(product, bookingId),
    (mails) => mails.filter(({ status }) => status !== 'requested' && status !== 'superseded').length >= count,
  );
}

/** The mail as it lies in the mailbox. */
export async function readMail(
  product: Product,
  bookingId: string,
  kind: string,
  recipient: 'guest' | 'host',
): Promise<MailboxMessage> {
  const stored = (await mailsOf(product, bookingId)).findLast(
    (mail) => mail.kind === kind && mail.recipient === recipient,
  );
  const message = stored && (await readMailboxMessage(product.mailDir, stored.id));
  if (!message) throw new Error(`No mail ${kind} for the ${recipient} lies in the mailbox.`);
  return message;
}

/** How many mails of a booking lie in the mailbox: one file each. */
export async function mailFilesOf(product: Product, bookingId: string): Promise<number> {
  const ids = new Set((await mailsOf(product, bookingId)).map(({ id }) => id));
  return (await listMailbox(product.mailDir, { limit: 1_000 })).filter(({ id }) => ids.has(id)).length;
}

/** Whether a start is offered to everybody now. */
export async function isOffered(product: Product, host: TestHost, type: TestType, startsAt: string): Promise<boolean> {
  const from = new Date(Date.parse(startsAt) - 1_000).toISOString();
  const to = new Date(Date.parse(startsAt) + 86_400_000).toISOString();
  const { body } = await send<Slots>(product, 'GET', `/pages/${host.slug}/${type.slug}/slots?from=${from}&to=${to}`);
  return body.days.flatMap(({ slots }) => slots).includes(startsAt);
}

/** What became of the newest envelope of a booking. */
export function envelopeStatusOf(product: Product, bookingId: string): Promise<string> {
  return product.shared.database.oneFirst(sql.type(z.object({ status: z.string() }))`
    select status from envelope where booking_id = ${bookingId} order by sent_at desc limit 1`);
}
