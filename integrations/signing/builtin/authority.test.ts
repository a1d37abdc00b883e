import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { createOrganizationAuthority, decodeKeys, encodeKeys, issueSigningKey, rotationDue } from './authority.ts';

const now = new Date('2026-11-20T10:00:00Z');
const certificateOf = (der: Uint8Array | undefined) => pkijs.Certificate.fromBER(new Uint8Array(der ?? []));

describe('createOrganizationAuthority', () => {
  it('makes a root that signs both of its keys, and nothing else in common', async () => {
    const keys = await createOrganizationAuthority({ organizationName: 'Acme', now });
    const root = certificateOf(keys.authority.certificateChain[0]);
    for (const key of [keys.signing, keys.timestamping]) {
      expect(key.certificateChain).toHaveLength(2);
      expect(await certificateOf(key.certificateChain[0]).verify(root)).toBe(true);
    }
    const stranger = await createOrganizationAuthority({ organizationName: 'Acme', now });
    expect(await certificateOf(stranger.signing.certificateChain[0]).verify(root)).toBe(false);
  });

  it('keeps names within what certificates may hold, whatever the organization is called', async () => {
    const keys = await createOrganizationAuthority({ organizationName: '李'.repeat(200) + ',CN="x"', now });
    const { typesAndValues } = certificateOf(keys.signing.certificateChain[0]).subject;
    for (const { value } of typesAndValues) expect([...String(value.valueBlock.value)].length).toBeLessThanOrEqual(64);
  });

  it('survives being stored', async () => {
    const keys = await createOrganizationAuthority({ organizationName: 'Acme', now });
    expect(decodeKeys(encodeKeys(keys))).toEqual(keys);
    expect(() => decodeKeys(Buffer.from('{}'))).toThrow('of another kind');
  });
});

describe('rotation', () => {
  it('is due in the last ninety days of a certificate, and gives a new key under the same root', async () => {
    const { authority, signing } = await createOrganizationAuthority({ organizationName: 'Acme', now });
    expect(rotationDue(signing, new Date('2029-07-01T00:00:00Z'))).toBe(false);
    const later = new Date('2029-10-01T00:00:00Z');
    expect(rotationDue(signing, later)).toBe(true);
    const next = await issueSigningKey({ organizationName: 'Acme', authority, now: later });
    expect(rotationDue(next, later)).toBe(false);
    expect(next.certificateChain[1]).toEqual(signing.certificateChain[1]);
    expect(next.certificateChain[0]).not.toEqual(signing.certificateChain[0]);
  });
});
