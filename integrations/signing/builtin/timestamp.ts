import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { readTimestampToken } from '../verification/timestamp-token.ts';
import { oids, signCms } from './cms.ts';
import type { CertifiedKey } from './cms.ts';

/** States when a digest existed: RFC 3161. */
export type TimestampAuthority = {
  /**
   * @param digest SHA-256 of what is stamped.
   * @returns a TimeStampToken, DER.
   * @throws TimestampRefused when the authority answers with anything but a token that fits; network errors as they come.
   */
  timestamp(digest: Uint8Array): Promise<Uint8Array>;
};

export class TimestampRefused extends Error {
  override readonly name = 'TimestampRefused';
}

const maxResponseBytes = 64 * 1024;

/** An authority reached over HTTP (RFC 3161 § 3.4). Its answer is checked: status, digest, nonce, signature. */
export const createTimestampClient = (options: { url: string; timeoutMs?: number }): TimestampAuthority => ({
  timestamp: async (digest) => {
    const nonce = randomPositiveInteger();
    const request = new pkijs.TimeStampReq({
      messageImprint: imprintOf(digest),
      nonce: new asn1js.Integer({ valueHex: nonce.buffer }),
      certReq: true,
    });
    const response = await fetch(options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(request.toSchema().toBER(false)),
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? 5_000),
    });
    if (!response.ok) throw new TimestampRefused(`The timestamp authority answered ${response.status}.`);
    const token = tokenOf(await readLimited(response));
    const reading = await readTimestampToken(token, digest);
    const flaw = reading.valid ? reading.unfit : reading.reason;
    if (!reading.valid || flaw !== null)
      throw new TimestampRefused(`The timestamp authority's token does not hold: ${flaw}`);
    if (!reading.nonce || Buffer.compare(trimmed(reading.nonce), trimmed(nonce)) !== 0) {
      throw new TimestampRefused('The timestamp authority answered another request: the nonce differs.');
    }
    return token;
  },
});

/**
 * An authority of one's own, in this process: what it says about time is worth as much as this machine's clock and its operator's
 * word. It makes the signature's form complete (baseline T) without the internet; it is no third party's testimony.
 */
export const createLocalTimestampAuthority = (options: {
  key: CertifiedKey;
  clock: () => Date;
}): TimestampAuthority => ({
  timestamp: async (digest) => issueTimestampToken({ key: options.key, digest, at: options.clock(), nonce: null }),
});

/** The token itself; `nonce` repeats the request's when there was one. Whole seconds, ± one second. */
export const issueTimestampToken = (input: {
  key: CertifiedKey;
  digest: Uint8Array;
  at: Date;
  nonce: Uint8Array | null;
}): Promise<Uint8Array> => {
  const info = new pkijs.TSTInfo({
    version: 1,
    policy: localPolicy,
    messageImprint: imprintOf(input.digest),
    serialNumber: new asn1js.Integer({ valueHex: randomPositiveInteger().buffer }),
    genTime: new Date(Math.floor(input.at.getTime() / 1000) * 1000),
    accuracy: new pkijs.Accuracy({ seconds: 1 }),
    ...(input.nonce ? { nonce: new asn1js.Integer({ valueHex: new Uint8Array(input.nonce).buffer }) } : {}),
  });
  const content = new Uint8Array(info.toSchema().toBER(false));
  return signCms({ key: input.key, contentType: oids.tstInfo, content, detached: false });
};

/** A policy identifier under ITU-T X.667 (a UUID turned into an OID): this product's local authority. */
const localPolicy = '2.25.185274018465209117';

const imprintOf = (digest: Uint8Array): pkijs.MessageImprint =>
  new pkijs.MessageImprint({
    hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: oids.sha256 }),
    hashedMessage: new asn1js.OctetString({ valueHex: new Uint8Array(digest).buffer }),
  });

const tokenOf = (response: Uint8Array): Uint8Array => {
  const parsed = readResponse(response);
  // RFC 3161 § 2.4.2: 0 granted, 1 granted with modifications; everything else comes without a token
  if (parsed.status.status > 1 || !parsed.timeStampToken) {
    throw new TimestampRefused(`The timestamp authority refused, with status ${parsed.status.status}.`);
  }
  return new Uint8Array(parsed.timeStampToken.toSchema().toBER(false));
};

const readResponse = (response: Uint8Array): pkijs.TimeStampResp => {
  try {
    return pkijs.TimeStampResp.fromBER(new Uint8Array(response));
  } catch (error) {
    throw new TimestampRefused('The timestamp authority answered something that is no timestamp response.', {
      cause: error,
    });
  }
};

const readLimited = async (response: Response): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxResponseBytes)
      throw new TimestampRefused(`The timestamp authority's answer is over ${maxResponseBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Eight bytes whose first is 0x40…0x7f: DER neither shortens nor reads it as negative. */
const randomPositiveInteger = (): Uint8Array<ArrayBuffer> => {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
};

const trimmed = (bytes: Uint8Array): Buffer => {
  const start = bytes.findIndex((byte) => byte !== 0);
  return Buffer.from(bytes.subarray(Math.max(start, 0)));
};
