import type { PublicMessages } from './public-en.ts';

export const publicDe: PublicMessages = {
  home: {
    title: 'Zeit wählen. Unterschreiben, solange sie gehalten wird. Treffen.',
    lead: 'Terminvereinbarung für Treffen, auf die es ankommt: Ihr Gast wählt eine Zeit, sie gehört ihm, während er Ihre Vertraulichkeitsvereinbarung unterschreibt, und mit der Unterschrift haben beide den Termin, das unterschriebene Dokument und die Einladung.',
    signUp: 'Eigenen Link anlegen',
    logIn: 'Anmelden',
    demo: 'Als Gast ausprobieren',
    miniature: 'So geht es, im Kleinen. Wählen Sie eine Zeit.',
    miniHeld: (time) => `Für Sie gehalten: ${time}. Niemand sonst bekommt sie.`,
    miniSign: 'Unterschreiben',
    miniSigned: 'Unterschrieben. Bestätigt. Beide haben das Dokument.',
    miniAgain: 'Noch einmal',
    points: [
      ['Eine Zeit, ein Termin', 'Die Datenbank selbst lehnt einen zweiten ab, was immer dazwischen geschieht.'],
      [
        'Gehalten heißt gehalten',
        'Solange die Uhr läuft, bekommt niemand sonst die Zeit. Läuft sie ab, ist sie sofort wieder frei, für alle.',
      ],
      [
        'Das Dokument beweist sich selbst',
        'Unterschriebenes PDF mit Nachweisen, auch nach Jahren prüfbar, ohne dieses Produkt.',
      ],
      ['Ihres', 'Läuft auf Ihrem eigenen Rechner, mit einem Befehl. Nirgends ein Konto.'],
    ],
  },
  verify: {
    title: 'Unterschriebenes Dokument prüfen',
    text: 'Wählen Sie eine unterschriebene Vereinbarung, und diese Seite sagt, ob sie heil ist: bis aufs letzte Byte unverändert, von wem und wann unterschrieben. Die Datei wird angesehen und vergessen.',
    file: 'Das PDF',
    hint: 'Auch was kein unterschriebenes PDF von Countersign ist, bekommt eine ehrliche Antwort.',
    checking: 'Wird geprüft …',
    verdicts: {
      intact: 'Heil. Seit dem Siegeln wurde nichts geändert.',
      altered: 'Verändert. Das ist nicht, was gesiegelt wurde.',
      unsigned: 'In dieser Datei ist kein Siegel.',
      unreadable: 'Diese Datei lässt sich nicht als PDF lesen.',
    },
    known: 'Genau diese Datei ist hier verzeichnet.',
    unknown: 'Genau diese Datei ist hier nicht verzeichnet; das allein spricht nicht gegen sie.',
    computed: 'Fingerabdruck dieser Datei (SHA-256)',
    more: 'Sie müssen dieser Seite nicht glauben: Jedes PDF-Programm, das Signaturen zeigt, prüft dasselbe Siegel.',
  },
  legal: {
    title: 'Rechtliches',
    paragraphs: [
      'Diese Seite betreibt die Organisation, die Sie zu einem Treffen eingeladen hat, mit der Software Countersign. Sie verantwortet, was hier gezeigt und gespeichert wird; ihre Angaben stehen in der Vereinbarung und in ihren Mails.',
      'Gespeichert werden Name, E-Mail-Adresse, Zeitzone und was Sie schreiben, für das Treffen; mit einer Vereinbarung auch Ihre Unterschrift, die Zeit, die Adresse und der Browser, aus dem sie kam, als Nachweis. Verschlüsselt und so lange, wie es die Aufbewahrungsregeln der Organisation vorsehen.',
      'Cookies: keine für Gäste. Gastgeber haben eines, für ihre Sitzung.',
      'Eine elektronische Unterschrift hier ist eine einfache elektronische Signatur (eIDAS; in den Vereinigten Staaten ESIGN und UETA). Sie können das Dokument stattdessen auf Papier verlangen und erhalten eine Kopie von allem, was Sie unterschreiben.',
      'Countersign ist freie Software unter der MIT-Lizenz.',
    ],
  },
  security: {
    title: 'Sicherheit',
    paragraphs: [
      'Der Link zu Ihrem Termin ist sein Schlüssel: 256 zufällige Bits hinter dem „#“, damit kein Serverprotokoll und kein Referrer sie je sieht. Wer den Link hat, hat den Termin; behandeln Sie ihn so.',
      'Dokumente und persönliche Daten sind verschlüsselt gespeichert. Jeder Zugriff auf ein Dokument wird festgehalten.',
      'Die Seiten führen nur ihren eigenen Code aus, den der Browser an Ort oder Prüfsumme erkennt; nichts wird von Dritten geladen.',
      'Passwörter sind mit Argon2id gespeichert. Sitzungen lassen sich unter Konto ansehen und beenden.',
      'Eine Schwachstelle gefunden? Schreiben Sie der Organisation, die diese Seite betreibt, oder melden Sie sie für die Software vertraulich in deren Repository.',
    ],
  },
};
