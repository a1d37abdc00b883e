import type { CeremonyEvent } from './ceremony.ts';

/** The words of the certificate pages. */
export type CertificateWords = {
  title: string;
  lead: (organization: string) => string;
  agreement: string;
  documentTitle: string;
  documentId: string;
  template: string;
  version: (version: number) => string;
  hashBefore: string;
  place: string;
  firstBytes: (count: string) => string;
  signature: string;
  signer: string;
  email: string;
  verifiedHow: string;
  byCode: (at: string) => string;
  byLink: string;
  signedAt: string;
  ip: string;
  userAgent: string;
  counterparty: string;
  hostOf: (host: string, organization: string) => string;
  mark: { drawn: string; typed: string; uploaded: string };
  markAlternative: (name: string) => string;
  consent: string;
  consentText: (at: string, version: string) => string;
  trail: string;
  columns: { what: string; utc: string; local: (zone: string) => string; from: string };
  events: Record<CeremonyEvent['what'], string>;
  unknown: string;
  check: string;
  checks: (input: { verifyUrl: string | null; lengthBytes: number; root: string }) => string[];
  meaning: string;
};

const english: CertificateWords = {
  title: 'Certificate of signature',
  lead: (organization) =>
    `These pages belong to the agreement before them. ${organization} keeps the record they are taken from and sealed this file with it.`,
  agreement: 'The agreement',
  documentTitle: 'Title',
  documentId: 'Document id',
  template: 'Template',
  version: (version) => `version ${version}`,
  hashBefore: 'SHA-256 before signing',
  place: 'Where it is',
  firstBytes: (count) => `the first ${count} bytes of this file, unchanged, as they were shown to the signer`,
  signature: 'The signature',
  signer: 'Signed by',
  email: 'E-mail',
  verifiedHow: 'Verified by',
  byCode: (at) => `a one-time code sent to that address, entered ${at}`,
  byLink: 'a personal link sent to that address',
  signedAt: 'Signed at',
  ip: 'IP address',
  userAgent: 'Browser',
  counterparty: 'Other side',
  hostOf: (host, organization) => `${host}, ${organization}`,
  mark: { drawn: 'Drawn by the signer', typed: 'Typed by the signer', uploaded: 'Uploaded by the signer' },
  markAlternative: (name) => `Signature of ${name}`,
  consent: 'Consent to electronic records',
  consentText: (at, version) => `Given ${at}, to the disclosure in version ${version}, whose SHA-256 is`,
  trail: 'What happened',
  columns: { what: 'Event', utc: 'Time (UTC)', local: (zone) => `Signer's zone (${zone})`, from: 'From' },
  events: {
    sent: 'Sent to the signer',
    viewed: 'Opened by the signer',
    consented: 'Agreed to electronic records',
    code_sent: 'One-time code sent',
    code_verified: 'One-time code verified',
    signed: 'Signed',
    declined: 'Declined',
    voided: 'Withdrawn by the sender',
  },
  unknown: 'not recorded',
  check: 'How to check this file',
  checks: ({ verifyUrl, lengthBytes, root }) => [
    ...(verifyUrl ? [`Give the file, or the document id above, to ${verifyUrl}.`] : []),
    'Without this service: any program that checks PDF signatures (Adobe Acrobat Reader, pdfsig, pyHanko) tells whether a single byte has changed since it was sealed.',
    `The seal is to be trusted when its root certificate has the SHA-256 fingerprint ${root}, confirmed with the organization in another way.`,
    `The agreement as it was shown: head -c ${lengthBytes} FILE | sha256sum gives the SHA-256 above.`,
  ],
  meaning:
    'This is an electronic signature with its evidence, sealed by the organization named above. It is not an advanced or qualified electronic signature in the sense of Regulation (EU) No 910/2014.',
};

const german: CertificateWords = {
  title: 'Zertifikat der Unterschrift',
  lead: (organization) =>
    `Diese Seiten gehören zur Vereinbarung davor. ${organization} führt das Protokoll, aus dem sie stammen, und hat diese Datei damit versiegelt.`,
  agreement: 'Die Vereinbarung',
  documentTitle: 'Titel',
  documentId: 'Dokumentnummer',
  template: 'Vorlage',
  version: (version) => `Fassung ${version}`,
  hashBefore: 'SHA-256 vor der Unterschrift',
  place: 'Wo sie steht',
  firstBytes: (count) => `die ersten ${count} Bytes dieser Datei, unverändert, wie sie gezeigt wurden`,
  signature: 'Die Unterschrift',
  signer: 'Unterschrieben von',
  email: 'E-Mail',
  verifiedHow: 'Geprüft durch',
  byCode: (at) => `einen Einmalcode an diese Adresse, eingegeben ${at}`,
  byLink: 'einen persönlichen Link an diese Adresse',
  signedAt: 'Unterschrieben am',
  ip: 'IP-Adresse',
  userAgent: 'Browser',
  counterparty: 'Andere Seite',
  hostOf: (host, organization) => `${host}, ${organization}`,
  mark: { drawn: 'Von Hand gezeichnet', typed: 'Getippt', uploaded: 'Hochgeladen' },
  markAlternative: (name) => `Unterschrift von ${name}`,
  consent: 'Einverständnis mit elektronischer Form',
  consentText: (at, version) => `Erteilt ${at}, zur Aufklärung in Fassung ${version}, deren SHA-256 lautet:`,
  trail: 'Was geschah',
  columns: {
    what: 'Ereignis',
    utc: 'Zeit (UTC)',
    local: (zone) => `Zone der unterschreibenden Person (${zone})`,
    from: 'Von',
  },
  events: {
    sent: 'Zugesandt',
    viewed: 'Geöffnet',
    consented: 'Mit elektronischer Form einverstanden',
    code_sent: 'Einmalcode gesendet',
    code_verified: 'Einmalcode bestätigt',
    signed: 'Unterschrieben',
    declined: 'Abgelehnt',
    voided: 'Zurückgezogen',
  },
  unknown: 'nicht festgehalten',
  check: 'So prüfen Sie diese Datei',
  checks: ({ verifyUrl, lengthBytes, root }) => [
    ...(verifyUrl ? [`Geben Sie die Datei oder die Dokumentnummer bei ${verifyUrl} an.`] : []),
    'Ohne diesen Dienst: Jedes Programm, das PDF-Signaturen prüft (Adobe Acrobat Reader, pdfsig, pyHanko), sagt, ob sich seit der Versiegelung ein Byte geändert hat.',
    `Dem Siegel ist zu trauen, wenn sein Wurzelzertifikat den SHA-256-Fingerabdruck ${root} hat, auf anderem Weg bei der Organisation bestätigt.`,
    `Die Vereinbarung, wie sie gezeigt wurde: head -c ${lengthBytes} DATEI | sha256sum ergibt den obigen SHA-256.`,
  ],
  meaning:
    'Dies ist eine elektronische Signatur mit ihren Beweisen, versiegelt von der genannten Organisation. Sie ist keine fortgeschrittene oder qualifizierte elektronische Signatur im Sinne der Verordnung (EU) Nr. 910/2014.',
};

export const certificateWords = (locale: string): { words: CertificateWords; language: 'en' | 'de' } =>
  locale.toLowerCase().startsWith('de') ? { words: german, language: 'de' } : { words: english, language: 'en' };
