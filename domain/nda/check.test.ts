import { describe, expect, test } from 'vitest';
import { checkUses } from './check.ts';
import type { VariableUse } from './check.ts';
import type { OwnVariable } from './variables.ts';

const parties = ['guest.name', 'organization.name'].map((name) => use(name));

function use(name: string, changes: Partial<VariableUse> = {}): VariableUse {
  return { name, kind: 'value', guarded: false, line: 1, column: 1, ...changes };
}

function own(changes: Partial<OwnVariable>): OwnVariable {
  return { name: 'purpose', label: 'Purpose', filledBy: 'guest', required: true, value: '', ...changes };
}

describe('checkUses', () => {
  test('accepts a template that names both parties and nothing unknown', () => {
    expect(checkUses([...parties, use('meeting.start')], [])).toEqual([]);
  });

  test('names an unknown variable, where it stands, and the one that was probably meant', () => {
    expect(checkUses([...parties, use('guest.nmae', { line: 3, column: 7 })], [])).toEqual([
      {
        code: 'unknown_variable',
        name: 'guest.nmae',
        place: { line: 3, column: 7 },
        message: 'There is no variable {{guest.nmae}}. Did you mean {{guest.name}}?',
      },
    ]);
  });

  test.each(['constructor', '__proto__', 'guest.constructor', 'toString'])('knows no variable "%s"', (name) => {
    expect(checkUses([...parties, use(name)], []).map((problem) => problem.code)).toEqual(['unknown_variable']);
  });

  test('asks for a guard around a variable that some booking leaves empty', () => {
    expect(checkUses([...parties, use('guest.company')], []).map((problem) => problem.code)).toEqual([
      'optional_unguarded',
    ]);
    expect(checkUses([...parties, use('guest.company', { guarded: true })], [])).toEqual([]);
    expect(checkUses([...parties, use('guest.company', { kind: 'condition' })], [])).toEqual([]);
  });

  test('accepts own variables that are declared and used', () => {
    expect(checkUses([...parties, use('purpose')], [own({})])).toEqual([]);
  });

  test.each([
    ['a name with a dot', own({ name: 'guest.age' }), 'own_name_invalid'],
    ['a word of the template language', own({ name: 'unless' }), 'own_name_invalid'],
    ['a host variable without a value', own({ filledBy: 'host', value: ' ' }), 'host_value_missing'],
  ])('refuses %s', (_, variable, code) => {
    expect(checkUses([...parties, use(variable.name)], [variable]).map((problem) => problem.code)).toEqual([code]);
  });

  test('refuses own variables that are declared twice, or that the text never uses', () => {
    expect(checkUses([...parties, use('purpose')], [own({}), own({})])[0]?.code).toBe('own_name_repeated');
    expect(checkUses(parties, [own({})]).map((problem) => problem.code)).toEqual(['own_unused']);
  });

  test('refuses a text that does not name both parties as text', () => {
    const problems = checkUses([use('guest.name', { kind: 'condition' })], []);
    expect(problems.map((problem) => [problem.code, problem.name])).toEqual([
      ['party_missing', 'guest.name'],
      ['party_missing', 'organization.name'],
    ]);
  });
});
