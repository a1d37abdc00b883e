/** Where bytes are kept. Keys are lower-case hex and slashes. Values are opaque: encryption happens before they come here. */
export type ObjectStore = {
  readonly name: 'file' | 's3';
  /** Stores once: an existing key keeps its bytes, and the call succeeds (content-addressed keys make that right). */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws ObjectNotFound */
  get(key: string): Promise<Uint8Array>;
  /** Deleting what is not there succeeds. */
  delete(key: string): Promise<void>;
  /** @throws when the store cannot be reached or written to; used by GET /health/ready. */
  check(): Promise<void>;
  close(): Promise<void>;
};

export class ObjectNotFound extends Error {
  override readonly name = 'ObjectNotFound';
  constructor(key: string) {
    super(`No object is stored under ${key}`);
  }
}

const KEY = /^[0-9a-f]+(\/[0-9a-f]+)*$/;
const KEY_LENGTH_LIMIT = 400;

/** Keys come from our own code; one of another form is a mistake there, and could leave the store's folder. */
export function assertObjectKey(key: string): void {
  if (key.length > KEY_LENGTH_LIMIT || !KEY.test(key)) throw new TypeError(`Not an object key: ${JSON.stringify(key)}`);
}
