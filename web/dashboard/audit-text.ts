import type { z } from 'zod';
import type { AuditEntry } from '#contract/bookings.ts';
import type { AuditMessages } from '../messages/audit-en.ts';

export type AuditItem = z.infer<typeof AuditEntry>;

/** The sentence of an action; a code that an older version wrote reads as its words. */
export function actionText(action: string, { sentences }: AuditMessages): string {
  const known: Readonly<Record<string, string | undefined>> = sentences;
  if (known[action] !== undefined) return known[action];
  return asTitle(action.replace(/[._]/g, ' ').replace(/\bnda\b/g, 'NDA'));
}

/** A code that stands by itself, such as the kind of a mail, in words. */
export function valueText(code: string, { values }: AuditMessages): string {
  return asTitle(values[code] ?? code.replaceAll('_', ' '));
}

const asTitle = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What of the detail a person can read, in words: no ids, no hashes. `showTime` writes an instant. */
export function detailText(
  detail: AuditItem['detail'],
  { details, values }: AuditMessages,
  showTime: (at: string) => string,
): string {
  const labels: Readonly<Record<string, string | undefined>> = details;
  const show = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(show).join(', ');
    const text = String(value);
    return values[text] ?? (instant.test(text) ? showTime(text) : text);
  };
  return Object.entries(detail)
    .flatMap(([name, value]) => {
      const label = labels[name];
      if (label === undefined || value === null || value === false) return [];
      return value === true ? [label] : [`${label}: ${show(value)}`];
    })
    .join(' · ');
}
