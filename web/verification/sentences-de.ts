import type { Verification } from '#contract/verification.ts';

type Seal = Verification['seals'][number];

/**
 * The report in German, from its fields, in the order of the English sentences that come with it. Why a seal does not hold is told by the
 * server, in English only: it stands in the list as it is.
 */
export function germanSentences(report: Verification): string[] {
  return [...report.seals.flatMap(sealSentences), ...agreementSentences(report)];
}

function sealSentences(seal: Seal): string[] {
  if (!seal.intact) return [`Ein Siegel hält nicht${seal.reason === null ? '' : ` (${seal.reason})`}.`];
  return [
    ...(seal.coversWholeFile ? [] : ['Ein Siegel hält für das, was es umfasst; danach kam noch etwas in die Datei.']),
    `Gesiegelt von ${seal.sealedBy ?? 'unbekannt'}.`,
    ...(seal.certificateSha256 === null ? [] : [`Schlüssel: der des Zertifikats ${seal.certificateSha256}.`]),
    timestampSentence(seal.timestamp),
    trustSentences[seal.trust],
  ];
}

function timestampSentence(timestamp: Seal['timestamp']): string {
  if (timestamp === null) return 'Es gibt keinen Zeitstempel: Wann gesiegelt wurde, sagt nur, wer gesiegelt hat.';
  return timestampSentences[timestamp.trust](utc(timestamp.at), timestamp.authority);
}

type Stamp = NonNullable<Seal['timestamp']>;
const timestampSentences: Record<Stamp['trust'], (at: string, authority: string) => string> = {
  trusted: (at, authority) =>
    `Zeitstempel: ${at}, von ${authority}, einer unabhängigen Stelle, der hier vertraut wird.`,
  own_clock: (at, authority) =>
    `Zeitstempel: ${at}, von ${authority}: die Uhr dessen, der gesiegelt hat, kein unabhängiger Zeuge.`,
  not_checked: (at, authority) =>
    `Zeit: ${at}, angegeben von ${authority}, Stelle nicht geprüft: Hier ist keine Zeitstempelstelle bekannt, mit der sie zu vergleichen wäre, und jeder kann einer diesen Namen geben.`,
  unknown: (at, authority) =>
    `Zeit: ${at}, angegeben von ${authority}, keiner der Stellen, denen hier vertraut wird: Jeder kann einer diesen Namen geben.`,
  unfit: (at, authority) =>
    `Zeit: ${at}, angegeben von ${authority}, deren Zertifikat ihr diese Zeitangabe nicht erlaubt. Verlassen Sie sich nicht darauf.`,
};

const trustSentences: Record<Seal['trust'], string> = {
  trusted: 'Das Wurzelzertifikat gehört zu einer Organisation, die hier bekannt ist.',
  expired: 'Das Wurzelzertifikat ist hier bekannt, aber ein Zertifikat galt zu jener Zeit nicht.',
  unknown:
    'Das Wurzelzertifikat ist hier nicht bekannt: Vergleichen Sie seinen Fingerabdruck mit dem, den Ihnen die Organisation selbst nennt.',
};

function agreementSentences({ agreement, seals }: Verification): string[] {
  if (agreement === null) return [];
  const { signerName, signerEmail, signedAt, templateName, templateVersion, documentId, sha256, matches } = agreement;
  const who = seals.at(-1)?.trust === 'trusted' ? 'Unterschrieben' : 'Laut dem, der gesiegelt hat, unterschrieben';
  return [
    `${who} von ${signerName} <${signerEmail}> am ${utc(signedAt)}: ${templateName}, Fassung ${templateVersion}, Dokument ${documentId}.`,
    matches
      ? `Die Vereinbarung, wie sie gezeigt wurde, steht unverändert darin; ihr SHA-256 ist ${sha256}, wie verzeichnet.`
      : `Die Vereinbarung darin ist nicht die verzeichnete (SHA-256 ${sha256}).`,
  ];
}

const utc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
