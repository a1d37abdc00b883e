import { createHash } from 'node:crypto';

export type Disclosure = {
  /** Changes with every change of the words, in any language. */
  version: string;
  language: 'en' | 'de';
  title: string;
  sections: readonly { heading: string; text: string }[];
  /** The box to tick. */
  agreement: string;
  /** Of title, headings, texts and agreement, joined by line feeds, UTF-8, lower-case hex. */
  sha256: string;
};

const version = '2026-11';

type Words = Pick<Disclosure, 'title' | 'sections' | 'agreement'>;

/**
 * What a signer is told before agreeing to sign electronically: the right to paper, withdrawing, what the consent covers, whom to
 * ask, what hardware and software it takes (15 U.S.C. § 7001(c)(1)(B), (C); UETA § 5(b)). Given before the agreement is signed, and recorded
 * by version and hash.
 * @param input.language BCP 47; German gets German, everything else English.
 */
export const consentDisclosure = (input: {
  organizationName: string;
  contactEmail: string;
  language: string;
}): Disclosure => {
  const language = input.language.toLowerCase().startsWith('de') ? 'de' : 'en';
  const words = (language === 'de' ? german : english)(input.organizationName, input.contactEmail);
  const lines = [words.title, ...words.sections.flatMap(({ heading, text }) => [heading, text]), words.agreement];
  return { version, language, ...words, sha256: createHash('sha256').update(lines.join('\n')).digest('hex') };
};

const english = (organization: string, contact: string): Words => ({
  title: 'Signing electronically',
  sections: [
    {
      heading: 'What you agree to',
      text:
        `You agree to read, sign and receive this one agreement with ${organization} electronically. ` +
        'Your consent covers this agreement and messages about it, and nothing else.',
    },
    {
      heading: 'You may use paper instead',
      text:
        `You need not sign electronically. Write to ${contact} before you sign, and ${organization} will send you the agreement ` +
        'on paper or as a file to print, free of charge. You may also ask for a paper copy later, free of charge.',
    },
    {
      heading: 'You may change your mind',
      text:
        'Until you sign, you can withdraw this consent by leaving the page or declining, without a fee. The time kept for you is ' +
        `then released. After signing you can withdraw it for future messages by writing to ${contact}; what you have signed stays valid.`,
    },
    {
      heading: 'Whom to write to',
      text: `For questions, a paper copy, withdrawing, or a change of your e-mail address, write to ${contact}.`,
    },
    {
      heading: 'What you need',
      text:
        'A device with a current web browser, an internet connection, an e-mail address that you can read, and a program that shows ' +
        'PDF files, to keep or print your copy. If this page is readable and the e-mail with your link reached you, you have them.',
    },
    {
      heading: 'What is recorded',
      text:
        'Your name and e-mail address, your signature, the times of each step, your IP address and your browser are recorded as ' +
        'evidence, shown on a certificate at the end of the signed agreement, and given to both sides.',
    },
  ],
  agreement: 'I have read this, I can open PDF files, and I agree to sign and receive this agreement electronically.',
});

const german = (organization: string, contact: string): Words => ({
  title: 'Elektronisch unterschreiben',
  sections: [
    {
      heading: 'Wozu Sie Ja sagen',
      text:
        `Sie sind einverstanden, diese eine Vereinbarung mit ${organization} elektronisch zu lesen, zu unterschreiben und zu erhalten. ` +
        'Ihr Einverständnis gilt für diese Vereinbarung und Nachrichten dazu, für nichts sonst.',
    },
    {
      heading: 'Papier ist möglich',
      text:
        `Sie müssen nicht elektronisch unterschreiben. Schreiben Sie vorher an ${contact}, und ${organization} schickt Ihnen die ` +
        'Vereinbarung kostenlos auf Papier oder als Datei zum Ausdrucken. Auch später können Sie kostenlos eine Papierkopie verlangen.',
    },
    {
      heading: 'Sie dürfen es sich anders überlegen',
      text:
        'Bis zur Unterschrift können Sie Ihr Einverständnis kostenlos widerrufen, indem Sie die Seite verlassen oder ablehnen; der für ' +
        `Sie gehaltene Termin wird dann frei. Danach können Sie es für künftige Nachrichten widerrufen: ${contact}. Was Sie ` +
        'unterschrieben haben, bleibt gültig.',
    },
    {
      heading: 'An wen Sie schreiben',
      text: `Fragen, Papierkopie, Widerruf oder eine neue E-Mail-Adresse: ${contact}.`,
    },
    {
      heading: 'Was Sie brauchen',
      text:
        'Ein Gerät mit aktuellem Browser, eine Internetverbindung, eine E-Mail-Adresse, die Sie lesen können, und ein Programm, das ' +
        'PDF-Dateien zeigt, um Ihre Kopie zu behalten oder auszudrucken. Wenn Sie diese Seite lesen können und die E-Mail mit Ihrem ' +
        'Link Sie erreicht hat, haben Sie das alles.',
    },
    {
      heading: 'Was festgehalten wird',
      text:
        'Ihr Name, Ihre E-Mail-Adresse, Ihre Unterschrift, die Zeitpunkte jedes Schritts, Ihre IP-Adresse und Ihr Browser werden als ' +
        'Beweis festgehalten, auf einem Zertifikat am Ende der unterschriebenen Vereinbarung gezeigt und beiden Seiten gegeben.',
    },
  ],
  agreement:
    'Ich habe das gelesen, kann PDF-Dateien öffnen und bin einverstanden, diese Vereinbarung elektronisch zu unterschreiben und zu erhalten.',
});
