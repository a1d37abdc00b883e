import { DateTime } from 'luxon';
import { fixedVariables } from './variables.ts';
import type { OwnVariable } from './variables.ts';

/** What a booking knows when its NDA is made. */
export type NdaFacts = {
  /** BCP 47: the language that dates are written in, which is the template's. */
  language: string;
  /** IANA zone that dates are written in. */
  timeZone: string;
  organization: { name: string };
  host: { name: string; email: string };
  guest: { name: string; email: string; company: string | null };
  meeting: { title: string; startsAt: Date; durationMinutes: number; location: string | null };
  document: { id: string; createdAt: Date };
  /** The guest's answers, by the names of the template's own variables. */
  answers: Readonly<Record<string, string>>;
};

/** By variable name. An optional variable without a value is absent. Kept with the document as part of its evidence. */
export type NdaValues = Readonly<Record<string, string>>;

export type NdaValuesOutcome =
  | { outcome: 'values'; values: NdaValues }
  /** Required variables without a value: own ones that nobody answered, or a blank fact. */
  | { outcome: 'missing'; names: string[] };

/** @throws RangeError on a zone that does not exist. */
export function ndaValues(facts: NdaFacts, own: readonly OwnVariable[]): NdaValuesOutcome {
  const texts: Record<string, string> = { ...fixedTexts(facts), ...ownTexts(own, facts.answers) };
  const values = Object.fromEntries(
    Object.entries(texts)
      .map(([name, text]) => [name, plainLine(text)] as const)
      .filter(([, text]) => text !== ''),
  );
  const required = [
    ...fixedVariables.filter((variable) => !variable.optional).map((variable) => variable.name),
    ...own.filter((variable) => variable.required).map((variable) => variable.name),
  ];
  const missing = required.filter((name) => !Object.hasOwn(values, name));
  return missing.length === 0 ? { outcome: 'values', values } : { outcome: 'missing', names: missing };
}

/** The samples of all variables, own ones by their value or label: what a preview is filled with. */
export function sampleValues(own: readonly OwnVariable[]): NdaValues {
  return Object.fromEntries([
    ...fixedVariables.map(({ name, sample }) => [name, sample] as const),
    ...own.map(({ name, label, value }) => [name, plainLine(value) || plainLine(label) || name] as const),
  ]);
}

function fixedTexts(facts: NdaFacts): Record<string, string> {
  const { language, timeZone, meeting } = facts;
  return {
    'organization.name': facts.organization.name,
    'host.name': facts.host.name,
    'host.email': facts.host.email,
    'guest.name': facts.guest.name,
    'guest.email': facts.guest.email,
    'guest.company': facts.guest.company ?? '',
    'meeting.title': meeting.title,
    'meeting.date': writtenDate(meeting.startsAt, timeZone, language),
    'meeting.time': writtenTime(meeting.startsAt, timeZone, language),
    'meeting.start': writtenInstant(meeting.startsAt, timeZone, language),
    'meeting.durationMinutes': String(meeting.durationMinutes),
    'meeting.timeZone': timeZone,
    'meeting.location': meeting.location ?? '',
    'document.id': facts.document.id,
    'document.date': writtenDate(facts.document.createdAt, timeZone, language),
  };
}

/** A guest answers guest variables only: an answer to anything else is not looked at. */
function ownTexts(own: readonly OwnVariable[], answers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    own.map(({ name, filledBy, value }) => {
      const answer = filledBy === 'guest' && Object.hasOwn(answers, name) ? answers[name] : undefined;
      return [name, answer ?? value];
    }),
  );
}

const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu;
/** Marks that turn the direction of what follows (UAX #9), soft hyphens and the like: a name needs none, a forger might. */
const INVISIBLE = /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;
/** A private-use character means nothing outside its own font; templates use them as place holders. */
const PRIVATE_USE = /[\p{Co}\p{Noncharacter_Code_Point}]/gu;

/**
 * A value as one line of text in Unicode's composed form: what it means stays, what could only mislead goes. The joiners (ZWJ,
 * ZWNJ) stay, because Persian, Hindi and emoji are written with them.
 */
export function plainLine(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(CONTROLS, ' ')
    .replace(INVISIBLE, '')
    .replace(PRIVATE_USE, '')
    .replace(/\s+/g, ' ')
    .trim();
}

const DAY = { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' } as const;
const TIME = { hour: 'numeric', minute: '2-digit' } as const;

/** As "Thursday, November 12, 2026". */
export function writtenDate(instant: Date, timeZone: string, language: string): string {
  return localTime(instant, timeZone, language).toLocaleString(DAY);
}

/** As "2:30 PM", by the language's habit. */
export function writtenTime(instant: Date, timeZone: string, language: string): string {
  return localTime(instant, timeZone, language).toLocaleString(TIME);
}

/** With zone and offset, so that it names one instant: "…, 2026 at 2:30 PM (Europe/Berlin, UTC+01:00)". */
export function writtenInstant(instant: Date, timeZone: string, language: string): string {
  const local = localTime(instant, timeZone, language);
  return `${local.toLocaleString({ ...DAY, ...TIME })} (${timeZone}, UTC${local.toFormat('ZZ', { locale: 'en' })})`;
}

function localTime(instant: Date, timeZone: string, language: string): DateTime<true> {
  const local = DateTime.fromJSDate(instant, { zone: timeZone }).setLocale(language);
  if (!local.isValid) throw new RangeError(`No date can be written for the zone "${timeZone}"`);
  return local;
}
