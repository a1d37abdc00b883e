import type { SealReport, VerificationReport } from './verify-pdf.ts';

/** A report in plain sentences, most important first. Times in UTC. */
export const verificationSentences = (report: VerificationReport): string[] => [
  verdictSentence(report),
  ...report.seals.flatMap((seal) => sealSentences(seal)),
  ...agreementSentences(report),
];

const verdictSentence = ({ verdict }: VerificationReport): string => {
  switch (verdict) {
    case 'intact':
      return 'Intact: no byte has changed since this file was sealed.';
    case 'altered':
      return 'Altered: this is not the file that was sealed. Do not rely on it.';
    case 'unsigned':
      return 'Not sealed: there is no signature in this file, so nothing can be said about it.';
    case 'unreadable':
      return 'Not readable: this is no PDF.';
  }
};

const sealSentences = (seal: SealReport): string[] => {
  if (!seal.intact || !seal.certificate || !seal.root)
    return [`A seal does not hold: ${seal.reason ?? 'unknown reason'}.`];
  const { claims, certificate, root, timestamp } = seal;
  return [
    ...(seal.reason ? [`A seal holds for what it covers, but ${seal.reason}.`] : []),
    `Sealed by ${certificate.subject}${claims?.reason ? `: “${claims.reason}”` : ''}.`,
    `Key: the one of certificate ${certificate.sha256}, valid from ${day(certificate.validFrom)} to ${day(certificate.validUntil)}.`,
    ...(claims?.claimedAt ? [`Time stated by the sealing party: ${utc(claims.claimedAt)}.`] : []),
    timestampSentence(timestamp),
    trustSentence(seal.trust, root),
  ];
};

const timestampSentence = (timestamp: SealReport['timestamp']): string => {
  if (!timestamp) return 'There is no timestamp: nothing but the statement above says when it was sealed.';
  const at = utc(timestamp.at);
  const { authority } = timestamp;
  switch (timestamp.trust) {
    case 'trusted':
      return `Timestamp: ${at}, by ${authority}, an independent authority that is trusted here.`;
    case 'own_clock':
      return `Timestamp: ${at}, by ${authority}: the sealing party's own clock, no independent witness.`;
    case 'not_checked':
      return `Time: ${at}, stated by ${authority}, authority not checked: no timestamp authority is known here to compare it with, and anybody can give one this name.`;
    case 'unknown':
      return `Time: ${at}, stated by ${authority}, which is not one of the authorities trusted here: anybody can give one this name.`;
    case 'unfit':
      return `Time: ${at}, stated by ${authority}, whose certificate does not allow it to state this time. Do not rely on it.`;
  }
};

const trustSentence = (trust: SealReport['trust'], root: NonNullable<SealReport['root']>): string => {
  switch (trust) {
    case 'trusted':
      return `Its root certificate (${root.subject}) is one of those trusted here.`;
    case 'expired':
      return `Its root certificate (${root.subject}) is trusted here, but a certificate was not valid at that time.`;
    case 'unknown':
      return (
        `Who holds the key rests on its root certificate (${root.subject}), which is not known here: ` +
        `compare its SHA-256 fingerprint ${root.sha256} with what the organization tells you itself.`
      );
  }
};

const agreementSentences = ({ agreement, seals }: VerificationReport): string[] => {
  if (!agreement) return [];
  const signed = seals.at(-1)?.trust === 'trusted' ? 'Signed' : 'According to whoever sealed it, signed';
  const { signerName, signerEmail, signedAt, templateName, templateVersion, documentId, lengthBytes, sha256 } =
    agreement;
  return [
    `${signed} by ${signerName} <${signerEmail}> at ${utc(signedAt)}: ${templateName}, version ${templateVersion}, document ${documentId}.`,
    agreement.matches
      ? `The agreement as it was shown is the first ${lengthBytes} bytes; their SHA-256 is ${sha256}, as recorded.`
      : `The agreement inside is not the one recorded (SHA-256 ${sha256}).`,
  ];
};

const day = (at: Date): string => at.toISOString().slice(0, 10);

const utc = (at: Date): string =>
  at
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.\d+)?Z$/, ' UTC');
