import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

/** Master keys by id; the first one encrypts, the others still decrypt (rotation). 32 bytes each. */
export type MasterKeys = readonly { id: string; key: Uint8Array }[];

/**
 * Personal columns: AES-256-GCM, one layout: version (1), length of the key's id (1), key id, nonce (12), tag (16), ciphertext. `context`
 * (table and column) is authenticated, so that a value cannot be moved to another place.
 */
export type PersonalCipher = {
  seal(text: string, context: string): Buffer;
  open(cipher: Uint8Array, context: string): string;
  sealBytes(bytes: Uint8Array, context: string): Buffer;
  openBytes(cipher: Uint8Array, context: string): Buffer;
  /** The id of the key that encrypts. */
  readonly keyId: string;
  /** What every value begins with that this key encrypted: by it the database finds the others, which rotation rewrites. */
  readonly prefix: Buffer;
  /** Keyed hashes of the words' prefixes in the given texts, for `guest_search`, under the newest key. */
  searchTokens(organizationId: string, texts: readonly string[]): string[];
  /** Keyed hashes of whole words, to look up in `guest_search`: one list for each key, as rows made before a rotation are found by the older. */
  searchWords(organizationId: string, query: string): string[][];
  /**
   * The secret link of a booking: derived, so that it need not be stored. 256 bits, base64url. By the oldest key: links that were sent stay
   * what they are for as long as it is configured.
   */
  guestToken(bookingId: string): string;
  /** The link by each further key, newest first: they are accepted too, so that the oldest key can be dropped one day. */
  furtherGuestTokens(bookingId: string): { keyId: string; token: string }[];
  /**
   * Keyed, so that a text which is easy to guess cannot be found from it. Hexadecimal. By the oldest key: the same before and after another one
   * is added; when the oldest is taken out, it is another one.
   */
  fingerprint(text: string): string;
  /** By each key, the oldest first: what is kept with all of them is known again by any. */
  fingerprints(text: string): string[];
};

const version = 1;
const longestPrefix = 16;

export function createPersonalCipher(masterKeys: MasterKeys): PersonalCipher {
  const [newest] = masterKeys;
  if (!newest) throw new Error('At least one master key is needed.');
  const columnKeys = new Map(masterKeys.map(({ id, key }) => [id, derive(key, 'personal-columns')]));
  const oldest = masterKeys.at(-1) ?? newest;
  const searchKeys = masterKeys.map(({ key }) => derive(key, 'search')) as [KeyObject, ...KeyObject[]];
  const linkKeys = masterKeys.map(({ id, key }) => ({ keyId: id, key: derive(key, 'guest-link') }));
  const linkKey = derive(oldest.key, 'guest-link');
  const newestId = Buffer.from(newest.id);
  const prefix = Buffer.concat([Buffer.from([version, newestId.length]), newestId]);
  const fingerprintKeys = masterKeys.map(({ key }) => derive(key, 'fingerprint')).reverse() as [
    KeyObject,
    ...KeyObject[],
  ];
  const fingerprintBy = (key: KeyObject, text: string) => createHmac('sha256', key).update(text).digest('hex');

  const sealBytes = (bytes: Uint8Array, context: string): Buffer => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', keyOf(columnKeys, newest.id), nonce).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([prefix, nonce, cipher.getAuthTag(), body]);
  };
  const openBytes = (sealed: Uint8Array, context: string): Buffer => {
    const { keyId, nonce, tag, body } = parts(sealed);
    const decipher = createDecipheriv('aes-256-gcm', keyOf(columnKeys, keyId), nonce)
      .setAAD(Buffer.from(context))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  };
  const token = (searchKey: KeyObject, organizationId: string, word: string): string =>
    createHmac('sha256', searchKey).update(`${organizationId}:${word}`).digest('base64url').slice(0, 11);

  return {
    sealBytes,
    openBytes,
    seal: (text, context) => sealBytes(Buffer.from(text, 'utf8'), context),
    open: (sealed, context) => openBytes(sealed, context).toString('utf8'),
    keyId: newest.id,
    prefix,
    searchTokens: (organizationId, texts) => [
      ...new Set(
        texts
          .flatMap(words)
          .flatMap((word) => prefixes(word).map((start) => token(searchKeys[0], organizationId, start))),
      ),
    ],
    searchWords: (organizationId, query) =>
      searchKeys.map((key) =>
        words(query).map((word) => token(key, organizationId, [...word].slice(0, longestPrefix).join(''))),
      ),
    guestToken: (bookingId) => linkOf(linkKey, bookingId),
    furtherGuestTokens: (bookingId) =>
      linkKeys.slice(0, -1).map(({ keyId, key }) => ({ keyId, token: linkOf(key, bookingId) })),
    fingerprint: (text) => fingerprintBy(fingerprintKeys[0], text),
    fingerprints: (text) => fingerprintKeys.map((key) => fingerprintBy(key, text)),
  };
}

export function sha256(value: string | Uint8Array): Buffer {
  return hash('sha256', value, 'buffer');
}

const linkOf = (key: KeyObject, bookingId: string): string =>
  createHmac('sha256', key).update(bookingId).digest('base64url');

/** As an object that was prepared once: from bytes each use would prepare it anew, which takes several times as long as the use. */
function derive(key: Uint8Array, purpose: string): KeyObject {
  if (key.length !== 32) throw new Error(`A master key has 32 bytes, this one has ${key.length}.`);
  return createSecretKey(new Uint8Array(hkdfSync('sha256', key, '', `countersign/${purpose}`, 32)));
}

function keyOf(keys: ReadonlyMap<string, KeyObject>, id: string): KeyObject {
  const key = keys.get(id);
  if (!key) throw new Error(`The master key ${id} is not configured, but data was encrypted with it.`);
  return key;
}

function parts(sealed: Uint8Array): { keyId: string; nonce: Buffer; tag: Buffer; body: Buffer } {
  const bytes = Buffer.from(sealed);
  if (bytes[0] !== version) throw new Error(`Sealed value of an unknown version: ${bytes[0]}.`);
  const start = 2 + (bytes[1] ?? 0);
  return {
    keyId: bytes.subarray(2, start).toString(),
    nonce: bytes.subarray(start, start + 12),
    tag: bytes.subarray(start + 12, start + 28),
    body: bytes.subarray(start + 28),
  };
}

/** Lower case, without accents; letters and digits of any script, cut at everything else. */
function words(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function prefixes(word: string): string[] {
  const letters = [...word].slice(0, longestPrefix);
  return letters.map((_, index) => letters.slice(0, index + 1).join(''));
}
