import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditActions } from '#domain/audit-actions.ts';
import { auditDe } from '../messages/audit-de.ts';
import { auditEn } from '../messages/audit-en.ts';
import { actionText, detailText, valueText } from './audit-text.ts';

const root = join(import.meta.dirname, '..', '..');

/** Everything that can append to the audit trail. */
function sources(): string {
  return ['api', 'db', 'activities', 'runtime']
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((path) => join(room, path)),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
}

describe('the words of the audit trail', () => {
  it.each(auditActions)('are a sentence in both languages: %s', (action) => {
    const [english, german] = [actionText(action, auditEn), actionText(action, auditDe)];
    for (const sentence of [english, german]) {
      expect(sentence).toMatch(/^\p{Lu}/u);
      expect(sentence).not.toContain(action);
    }
    expect(german).not.toBe(english);
  });

  it('are there for every action that the code can append, and for no other', () => {
    const code = sources();
    const appended = new Set(
      [
        ...code.matchAll(/\baction: (?:outcome === '\w+' \? )?'([a-z_]+\.[a-z_]+)'(?: : '([a-z_]+\.[a-z_]+)')?/g),
      ].flatMap(([, one = '', other = '']) => [one, other]),
    );
    appended.delete('');
    expect(appended.size).toBeGreaterThan(25);
    for (const action of appended) expect(auditActions).toContain(action);
    // Some names are put together: `mail.${what}`.
    const never = auditActions.filter(
      (action) => !code.includes(`'${action}'`) && !code.includes(`\`${action.split('.')[0]}.\${`),
    );
    expect(never).toEqual([]);
  });

  it('show an unknown action of an older version as its words', () => {
    expect(actionText('nda.looked_at', auditEn)).toBe('NDA looked at');
  });
});

describe('the detail of an entry', () => {
  const noon = (at: string) => `<${at}>`;
  it('is told in words, without ids and hashes', () => {
    const detail = {
      envelopeId: '0198',
      sha256: 'ab',
      late: true,
      startsAt: '2031-03-04T10:00:00.000Z',
      role: 'ADMIN',
    };
    expect(detailText(detail, auditEn, noon)).toBe(
      'after the hold had ended · start: <2031-03-04T10:00:00.000Z> · role: Admin',
    );
    expect(detailText(detail, auditDe, noon)).toContain('Rolle: Admin');
  });

  it('leaves out what is not so', () => {
    expect(detailText({ late: false, expiresAt: null }, auditEn, noon)).toBe('');
  });

  it('calls the kind of a mail by its name, in both languages, and a kind of a later version by its words', () => {
    expect(valueText('booking_confirmed', auditEn)).toBe('Confirmation');
    expect(valueText('booking_confirmed', auditDe)).toBe('Bestätigung');
    expect(valueText('follow_up', auditDe)).toBe('Follow up');
  });
});
