/** HTML in, archival PDF out. The HTML is untrusted: no script runs, nothing is fetched. */
export type PdfInput = {
  /**
   * A whole document (`<!doctype html>…<head>…`), images and styles inline. Text fonts are added by the renderer, chosen by
   * what is written: use `documentFontFamily` for them.
   */
  html: string;
  title: string;
  /** BCP 47, for the document's language entry. */
  language: string;
  author: string;
  createdAt: Date;
};

export type PdfRenderer = {
  /**
   * A tagged PDF/A-2b and PDF/UA-1. The same input gives the same bytes.
   * @throws PdfLimitExceeded when the input or output is over its limits, or rendering over its time (a retry would not help).
   */
  render(input: PdfInput): Promise<Uint8Array>;
  close(): Promise<void>;
};

export class PdfLimitExceeded extends Error {
  override readonly name = 'PdfLimitExceeded';
}
