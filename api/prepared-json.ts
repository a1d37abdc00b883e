/** JSON that was written before: sent as it is, or as the gzip that was prepared with it. */
export class PreparedJson {
  readonly plain: () => Buffer;
  readonly gzip: () => Buffer;
  constructor(plain: () => Buffer, gzip: () => Buffer) {
    this.plain = plain;
    this.gzip = gzip;
  }
}

/** What Express's own JSON says of itself. */
export const jsonType = 'application/json; charset=utf-8';
