/**
 * What an NDA template can name. These are all: a template that names anything else is refused when it is saved.
 * An optional variable may be empty for some booking, so a template may only use it inside `{{#if name}}…{{/if}}`.
 */
export type FixedVariable = { name: string; description: string; sample: string; optional: boolean };

export const fixedVariables = [
  variable('organization.name', 'The organization that the host belongs to', 'Northwind Research GmbH'),
  variable('host.name', "The host's full name", 'Ada Lindqvist'),
  variable('host.email', "The host's e-mail address", 'ada@northwind.example'),
  variable('guest.name', "The guest's full name, as given when booking", 'Tomás Okafor'),
  variable('guest.email', "The guest's e-mail address", 'tomas@okafor.example'),
  optionalVariable('guest.company', "The guest's company, when one was given", 'Okafor Instruments Ltd'),
  variable('meeting.title', 'What the meeting type is called', 'Product preview'),
  variable('meeting.date', 'Day of the meeting, written out', 'Thursday, November 12, 2026'),
  variable('meeting.time', 'Time of day at which the meeting starts', '2:30 PM'),
  variable(
    'meeting.start',
    'Day, time and time zone in one',
    'Thursday, November 12, 2026 at 2:30 PM (Europe/Berlin, UTC+01:00)',
  ),
  variable('meeting.durationMinutes', 'Length of the meeting in minutes', '45'),
  variable('meeting.timeZone', 'IANA name of the zone that the dates are written in', 'Europe/Berlin'),
  optionalVariable(
    'meeting.location',
    'Where the meeting takes place, when the host has set it',
    'Torstraße 1, Berlin',
  ),
  variable('document.id', 'Identifier of this document, also on its certificate page', '01JD3Q8Z6W4R5T7Y9B2N4M6K8H'),
  variable('document.date', 'Day on which the document was made, written out', 'Monday, November 2, 2026'),
] as const satisfies readonly FixedVariable[];

function variable(name: string, description: string, sample: string): FixedVariable {
  return { name, description, sample, optional: false };
}

function optionalVariable(name: string, description: string, sample: string): FixedVariable {
  return { name, description, sample, optional: true };
}

/** A variable that a template version declares for itself. Its name has no dot, so it cannot meet a fixed one. */
export type OwnVariable = {
  /** A small letter, then letters and digits, 40 at most. */
  name: string;
  /** What the one who fills it in is asked. */
  label: string;
  filledBy: 'guest' | 'host';
  /** A variable that is not required may stay empty, and stands inside `{{#if name}}` only. */
  required: boolean;
  /** What the host set, or what the guest's field starts with. */
  value: string;
};

const OWN_NAME = /^[a-z][A-Za-z0-9]{0,39}$/;
/** Words that mean something in a template, or to JavaScript objects. */
const RESERVED = new Set(
  'if unless each with lookup log else this true false null undefined constructor prototype'.split(' '),
);

export type OwnVariableProblem = 'own_name_invalid' | 'own_name_repeated' | 'host_value_missing';

/** What is wrong with a declaration, before any template uses it. */
export function checkOwnVariables(own: readonly OwnVariable[]): { name: string; problem: OwnVariableProblem }[] {
  const seen = new Set<string>();
  return own.flatMap(({ name, filledBy, required, value }) => {
    const problems: OwnVariableProblem[] = [];
    if (!OWN_NAME.test(name) || RESERVED.has(name)) problems.push('own_name_invalid');
    if (seen.has(name)) problems.push('own_name_repeated');
    if (filledBy === 'host' && required && value.trim() === '') problems.push('host_value_missing');
    seen.add(name);
    return problems.map((problem) => ({ name, problem }));
  });
}
