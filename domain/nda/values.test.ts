import { describe, expect, test } from 'vitest';
import { ndaValues, plainLine, sampleValues } from './values.ts';
import type { NdaFacts } from './values.ts';
import { fixedVariables } from './variables.ts';
import type { OwnVariable } from './variables.ts';

const facts: NdaFacts = {
  language: 'en',
  timeZone: 'Europe/Berlin',
  organization: { name: 'Northwind' },
  host: { name: 'Ada Lindqvist', email: 'ada@northwind.example' },
  guest: { name: 'Tomás Okafor', email: 'tomas@okafor.example', company: null },
  meeting: { title: 'Preview', startsAt: new Date('2026-10-25T00:30:00Z'), durationMinutes: 45, location: null },
  document: { id: '01JD3Q8Z6W', createdAt: new Date('2026-10-24T22:30:00Z') },
  answers: {},
};

function own(changes: Partial<OwnVariable>): OwnVariable {
  return { name: 'purpose', label: 'Purpose', filledBy: 'guest', required: true, value: '', ...changes };
}

function valuesOf(changes: Partial<NdaFacts>, variables: OwnVariable[] = []) {
  const outcome = ndaValues({ ...facts, ...changes }, variables);
  if (outcome.outcome === 'missing') throw new Error(`missing ${outcome.names.join()}`);
  return outcome.values;
}

describe('ndaValues', () => {
  test('gives every variable that is documented as always there', () => {
    const values = valuesOf({});
    for (const { name, optional } of fixedVariables) expect(Object.hasOwn(values, name)).toBe(!optional);
  });

  test('writes dates in the chosen zone, and tells the two halves of a clock change apart', () => {
    const values = valuesOf({});
    expect(values['document.date']).toBe('Sunday, October 25, 2026');
    expect(values['meeting.start']).toBe('Sunday, October 25, 2026 at 2:30 AM (Europe/Berlin, UTC+02:00)');
    const later = valuesOf({ meeting: { ...facts.meeting, startsAt: new Date('2026-10-25T01:30:00Z') } });
    expect(later['meeting.start']).toBe('Sunday, October 25, 2026 at 2:30 AM (Europe/Berlin, UTC+01:00)');
  });

  test.each([
    ['de', /^Sonntag, 25. Oktober 2026$/, /^0?2:30$/],
    ['ja', /^2026年10月25日日曜日$/, /^0?2:30$/],
    ['en-GB', /^Sunday,? 25 October 2026$/, /^0?2:30$/],
  ])('writes dates as %s does', (language, date, time) => {
    const values = valuesOf({ language });
    expect(values['meeting.date']).toMatch(date);
    expect(values['meeting.time']).toMatch(time);
  });

  test('keeps the offset in plain digits in languages with digits of their own', () => {
    expect(valuesOf({ language: 'ar-EG' })['meeting.start']).toContain('UTC+02:00');
  });

  test('says which required variables nobody filled', () => {
    const guest = { ...facts.guest, name: ' \u200B\n' };
    expect(ndaValues({ ...facts, guest }, [own({}), own({ name: 'note', required: false })])).toEqual({
      outcome: 'missing',
      names: ['guest.name', 'purpose'],
    });
  });

  test('takes answers from the guest for guest variables only', () => {
    const law = own({ name: 'law', filledBy: 'host', value: 'the laws of Ireland' });
    const answers = { purpose: 'A pilot', law: 'none at all', 'host.name': 'Mallory' };
    const values = valuesOf({ answers }, [own({}), law]);
    expect(values['purpose']).toBe('A pilot');
    expect(values['law']).toBe('the laws of Ireland');
    expect(values['host.name']).toBe('Ada Lindqvist');
  });

  test('refuses a zone that does not exist', () => {
    expect(() => valuesOf({ timeZone: 'Mars/Olympus' })).toThrow(RangeError);
  });
});

describe('plainLine', () => {
  test.each([
    ['line breaks and tabs become spaces', 'Ann\r\nBcc: x\tY', 'Ann Bcc: x Y'],
    ['direction overrides go', 'moc.elpmaxe\u202Eexe', 'moc.elpmaxeexe'],
    ['invisible characters go', 'A\u200Bn\uFEFFn\u00AD', 'Ann'],
    ['private-use characters go', 'A\uE000n\u{F0000}', 'An'],
    ['letters are composed', 'Zoe\u0308', 'Zo\u00EB'],
    ['half of a surrogate pair is replaced', 'A\uD83D', 'A\uFFFD'],
    ['joiners of Persian and emoji stay', 'می\u200Cخواهم 👨\u200D👩', 'می\u200Cخواهم 👨\u200D👩'],
  ])('%s', (_, before, after) => {
    expect(plainLine(before)).toBe(after);
  });
});

test('samples fill every variable, own ones by value or label', () => {
  const values = sampleValues([own({}), own({ name: 'law', value: 'the laws of Ireland' })]);
  for (const { name } of fixedVariables) expect(values[name]).toBeTruthy();
  expect(values['purpose']).toBe('Purpose');
  expect(values['law']).toBe('the laws of Ireland');
});
