import { isTimeZone } from '#domain/time/zones.ts';
import { documentFontFamily } from '../../pdf/fonts/embedding.ts';
import { certificateWords } from './certificate-words.ts';
import type { CertificateWords } from './certificate-words.ts';
import type { CeremonyEvent, CompletedCeremony, SignatureMark } from './ceremony.ts';
import { readSignatureImage } from './mark.ts';

export type CertificateInput = {
  ceremony: CompletedCeremony;
  /** The page where a file can be checked, for people to type: `https://book.example.com/verify`. */
  verifyUrl: string | null;
  /** SHA-256 of the root certificate, lower-case hex. */
  rootFingerprint: string;
};

/** The certificate pages as a whole HTML document, in the guest's language as far as there are words for it. */
export const certificateHtml = (input: CertificateInput): { html: string; title: string; language: 'en' | 'de' } => {
  const { words, language } = certificateWords(input.ceremony.locale);
  const { ceremony } = input;
  const times = timesOf(ceremony, language);
  const sections = [
    agreementSection(ceremony, words, language),
    signatureSection(ceremony, words, times),
    consentSection(ceremony, words, times),
    trailSection(ceremony, words, times),
    checkSection(input, words),
  ];
  const html =
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escape(words.title)}</title>` +
    `<style>${style}</style></head><body><h1>${escape(words.title)}</h1>` +
    `<p class="lead">${escape(words.lead(ceremony.organization.name))}</p>${sections.join('')}</body></html>`;
  return { html, title: words.title, language };
};

type Times = { zone: string; utc: (at: Date) => string; local: (at: Date) => string };

/** Instants in UTC to the second, and in the guest's zone with its offset. */
const timesOf = (ceremony: CompletedCeremony, language: string): Times => {
  const zone = isTimeZone(ceremony.timeZone) ? ceremony.timeZone : 'UTC';
  const format = new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  return {
    zone,
    utc: (at) =>
      at
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC'),
    local: (at) => format.format(at),
  };
};

const agreementSection = ({ document }: CompletedCeremony, words: CertificateWords, language: string): string => {
  const bytes = document.pdf.length.toLocaleString(language);
  return section(
    words.agreement,
    facts([
      [words.documentTitle, text(document.title)],
      [words.documentId, code(document.documentId)],
      [words.template, `${text(document.templateName)}, ${escape(words.version(document.templateVersion))}`],
      [words.hashBefore, code(document.sha256)],
      [words.place, escape(words.firstBytes(bytes))],
    ]),
  );
};

const signatureSection = (ceremony: CompletedCeremony, words: CertificateWords, times: Times): string => {
  const { signer, emailCodeVerifiedAt: verifiedAt } = ceremony;
  const both = (at: Date) => `${escape(times.utc(at))}<br>${escape(times.local(at))}`;
  return section(
    words.signature,
    facts([
      [words.mark[ceremony.mark.kind], markDrawing(ceremony.mark, signer.name, words)],
      [words.signer, text(signer.name)],
      [words.email, text(signer.email)],
      [words.verifiedHow, escape(verifiedAt ? words.byCode(times.utc(verifiedAt)) : words.byLink)],
      [words.signedAt, both(ceremony.signedAt)],
      [words.ip, text(ceremony.ip ?? words.unknown)],
      [words.userAgent, text(ceremony.userAgent ?? words.unknown)],
      [words.counterparty, text(words.hostOf(ceremony.host.name, ceremony.organization.name))],
    ]),
  );
};

const consentSection = ({ consent }: CompletedCeremony, words: CertificateWords, times: Times): string =>
  section(
    words.consent,
    `<p>${escape(words.consentText(times.utc(consent.at), consent.disclosureVersion))} ${code(consent.disclosureSha256)}</p>`,
  );

const trailSection = (ceremony: CompletedCeremony, words: CertificateWords, times: Times): string => {
  const { columns } = words;
  const head = [columns.what, columns.utc, columns.local(times.zone), columns.from];
  const row = (event: CeremonyEvent) =>
    `<tr><td>${escape(words.events[event.what])}</td><td class="numbers">${escape(times.utc(event.at))}</td>` +
    `<td class="numbers">${escape(times.local(event.at))}</td><td class="from">${from(event, words)}</td></tr>`;
  return section(
    words.trail,
    `<table class="trail"><thead><tr>${head.map((name) => `<th scope="col">${escape(name)}</th>`).join('')}</tr></thead>` +
      `<tbody>${ceremony.events.map(row).join('')}</tbody></table>`,
  );
};

const from = (event: CeremonyEvent, words: CertificateWords): string => {
  const parts = [event.ip, event.userAgent].filter((part) => part !== null);
  return parts.length > 0 ? parts.map(text).join('<br>') : escape(words.unknown);
};

const checkSection = (input: CertificateInput, words: CertificateWords): string => {
  const root = input.rootFingerprint;
  const lengthBytes = input.ceremony.document.pdf.length;
  const items = words.checks({ verifyUrl: input.verifyUrl, lengthBytes, root });
  return section(
    words.check,
    `<ul>${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul><p class="meaning">${escape(words.meaning)}</p>`,
  );
};

/** @throws when the stored image is none: it was checked before it was stored. */
const markDrawing = (mark: SignatureMark, signerName: string, words: CertificateWords): string => {
  if (mark.kind === 'typed') return `<span class="typed">${text(mark.text)}</span>`;
  const reading = readSignatureImage(mark.image);
  if (reading.outcome === 'refused') throw new Error(`The stored signature mark cannot be drawn: ${reading.message}`);
  const source = `data:${reading.mediaType};base64,${Buffer.from(mark.image).toString('base64')}`;
  return `<img src="${source}" alt="${escape(words.markAlternative(signerName))}">`;
};

const section = (heading: string, body: string): string => `<section><h2>${escape(heading)}</h2>${body}</section>`;

/** A table of one heading cell and one value per row: readers announce the two together. */
const facts = (rows: readonly (readonly [string, string])[]): string =>
  `<table class="facts"><tbody>${rows
    .map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${value}</td></tr>`)
    .join('')}</tbody></table>`;

/** What people wrote, kept from changing the direction of what stands around it. */
const text = (value: string): string => `<bdi>${escape(value)}</bdi>`;

const code = (value: string): string => `<span class="code">${escape(value)}</span>`;

const escape = (value: string): string =>
  value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[^\P{Cc}\n\t]/gu, ' ');

/** Paper and pen: serif, ink on white, lines instead of boxes. */
const style = `
@page { size: A4; margin: 20mm 18mm; }
body { font: 9.5pt/1.45 ${documentFontFamily}; color: #16181d; margin: 0; }
h1 { font-size: 21pt; line-height: 1.2; font-weight: 600; margin: 0 0 2mm; }
h2 { font-size: 12pt; line-height: 1.2; font-weight: 600; margin: 6mm 0 1.5mm; break-after: avoid; }
.lead, .meaning { color: #565b66; margin: 0 0 2mm; }
.meaning { margin-top: 3mm; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
tr { break-inside: avoid; }
th, td { text-align: start; vertical-align: top; padding: 1.2mm 3mm 1.2mm 0; border-top: 0.4pt solid #e2dfd6; overflow-wrap: anywhere; }
th { font-weight: 600; }
.facts th { width: 32%; color: #565b66; font-weight: 400; }
.trail th { border-top: 0; border-bottom: 0.6pt solid #16181d; }
.trail td.from { color: #565b66; font-size: 8pt; }
.numbers, .code { font-variant-numeric: tabular-nums; }
.code { font-size: 8.5pt; letter-spacing: 0.02em; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 5mm; }
li { margin: 0 0 1mm; overflow-wrap: anywhere; }
.trail th:last-child { width: 40%; }
.facts img { display: block; max-width: 76mm; max-height: 26mm; }
.typed { font-style: italic; font-size: 20pt; line-height: 1.3; color: #2340c7; }
`;
