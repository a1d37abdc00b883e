import { renderHtml } from './html.ts';
import { chooseLanguage } from './languages/choose.ts';
import type { AnyMailData, MailData, MailKind } from './kinds.ts';
import { plans } from './plans.ts';
import { linesOf, oneLine, strangersLine } from './safe-text.ts';
import { renderText } from './text.ts';

export type ComposedMail = { subject: string; html: string; text: string };

/**
 * Writes a mail of a kind: subject, HTML and plain text of equal content, in the recipient's language, zone and clock.
 * Pure: the same data gives the same mail. Names and reasons may be hostile; links are ours.
 * @throws RangeError for a link that is not http or https, or an unknown time zone.
 */
export function composeMail<K extends MailKind>(kind: K, data: MailData[K]): ComposedMail {
  const voice = chooseLanguage(data.locale);
  const content = plans[kind](cleaned(data, voice.language.rows.guest), voice);
  return { subject: oneLine(content.subject, 150), html: renderHtml(content), text: renderText(content) };
}

/** Which fields people type, and what is left of them: strangers' words lose their web addresses, everybody's their controls. */
const cleaners: Record<string, (text: string) => string> = {
  recipientName: (text) => strangersLine(text, 80),
  guestName: (text) => strangersLine(text, 80),
  guestEmail: (text) => oneLine(text, 254),
  reason: (text) => strangersLine(text, 500),
  hostName: (text) => oneLine(text, 80),
  organizationName: (text) => oneLine(text, 80),
  meetingTitle: (text) => oneLine(text, 120),
  documentTitle: (text) => oneLine(text, 120),
  location: (text) => linesOf(text, 5, 200),
  code: (text) => oneLine(text, 20),
};

function cleaned<D extends AnyMailData>(data: D, guestWithoutName: string): D {
  const entries = Object.entries(data).map(([field, value]: [string, unknown]) => {
    const clean = typeof value === 'string' ? (cleaners[field]?.(value) ?? value) : value;
    return [field, field === 'guestName' && clean === '' ? guestWithoutName : clean];
  });
  return Object.fromEntries(entries) as D;
}
