import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as pkijs from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTimestampToken } from '../verification/timestamp-token.ts';
import { createOrganizationAuthority } from './authority.ts';
import type { OrganizationKeys } from './authority.ts';
import { sha256 } from './cms.ts';
import { createLocalTimestampAuthority, createTimestampClient, issueTimestampToken } from './timestamp.ts';

type Misbehaviour =
  'none' | 'other_nonce' | 'other_digest' | 'refusal' | 'too_large' | 'no_response' | 'signing_key' | 'not_asn1';

let keys: OrganizationKeys;
let server: Server;
let url: string;
let misbehaviour: Misbehaviour;
let digest: Uint8Array;

/** An RFC 3161 authority over HTTP, which can be told to go wrong. */
const answer = async (requestBytes: Uint8Array): Promise<Uint8Array> => {
  const request = pkijs.TimeStampReq.fromBER(new Uint8Array(requestBytes));
  const nonce = new Uint8Array(request.nonce?.valueBlock.valueHexView ?? []);
  if (misbehaviour === 'other_nonce') nonce[3] = (nonce[3] ?? 0) ^ 1;
  const asked = new Uint8Array(request.messageImprint.hashedMessage.getValue());
  const token = await issueTimestampToken({
    key: misbehaviour === 'signing_key' ? keys.signing : keys.timestamping,
    digest: misbehaviour === 'other_digest' ? await sha256(asked) : asked,
    at: new Date(),
    nonce,
  });
  const refused = misbehaviour === 'refusal';
  const response = new pkijs.TimeStampResp({
    status: new pkijs.PKIStatusInfo({ status: refused ? 2 : 0 }),
    ...(refused ? {} : { timeStampToken: pkijs.ContentInfo.fromBER(new Uint8Array(token)) }),
  });
  return new Uint8Array(response.toSchema().toBER(false));
};

beforeAll(async () => {
  keys = await createOrganizationAuthority({ organizationName: 'Time & Co', now: new Date() });
  digest = await sha256(Buffer.from('a signature'));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (misbehaviour === 'no_response') return;
      if (misbehaviour === 'too_large') return void response.end(Buffer.alloc(100_000));
      if (misbehaviour === 'not_asn1') return void response.end('<html>');
      void answer(Buffer.concat(chunks)).then((bytes) => response.end(bytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (mode: Misbehaviour) => {
  misbehaviour = mode;
  return createTimestampClient({ url, timeoutMs: 500 }).timestamp(digest);
};

describe('createTimestampClient', () => {
  it('returns a token over the digest', async () => {
    const reading = await readTimestampToken(await ask('none'), digest);
    expect(reading).toMatchObject({ valid: true });
  });

  it.each([
    ['other_nonce', 'the nonce differs'],
    ['other_digest', 'it stamps something else'],
    ['refusal', 'refused, with status 2'],
    ['too_large', 'is over 65536 bytes'],
    ['not_asn1', 'no timestamp response'],
    ['signing_key', 'its certificate is not for timestamps'],
    ['no_response', 'timeout'],
  ] as const)('refuses an answer with %s', async (mode, message) => {
    await expect(ask(mode)).rejects.toThrow(message);
  });
});

describe('createLocalTimestampAuthority', () => {
  it("states its clock's time, in whole seconds, over exactly the digest given", async () => {
    const at = new Date(Date.now() + 1_234);
    const token = await createLocalTimestampAuthority({ key: keys.timestamping, clock: () => at }).timestamp(digest);
    const reading = await readTimestampToken(token, digest);
    expect(reading).toMatchObject({ valid: true, at: new Date(Math.floor(at.getTime() / 1000) * 1000) });
    expect(await readTimestampToken(token, await sha256(digest))).toMatchObject({ valid: false });
  });
});
