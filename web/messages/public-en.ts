/** Sentences of the pages about the product itself: the first page, verifying, legal, security. */
export const publicEn = {
  home: {
    title: 'Pick a time. Sign while it is held. Meet.',
    lead: 'Scheduling for meetings that matter: your guest chooses a time, the slot is theirs while they sign your NDA, and the moment the signature is in, both of you have the booking, the signed document and the invite.',
    signUp: 'Create your link',
    logIn: 'Log in',
    demo: 'Try it as a guest',
    miniature: 'How it goes, in miniature. Choose a time.',
    miniHeld: (time: string) => `Held for you: ${time}. Nobody else can take it.`,
    miniSign: 'Sign',
    miniSigned: 'Signed. Confirmed. Both of you have the document.',
    miniAgain: 'Once more',
    points: [
      ['One slot, one booking', 'The database itself refuses a second one, whatever happens in between.'],
      [
        'Held means held',
        'While the clock runs nobody else gets the time. When it ends, it is free again at once, for everybody looking.',
      ],
      ['The document proves itself', 'Signed PDF with evidence, checkable years later, without this product.'],
      ['Yours', 'Runs on your own machine, with one command. No account anywhere.'],
    ],
  },
  verify: {
    title: 'Verify a signed document',
    text: 'Choose a signed agreement, and this page says whether it is whole: unchanged to the last byte, who signed it and when. The file is looked at and forgotten.',
    file: 'The PDF',
    hint: 'What is not a signed PDF of Countersign gets an honest answer too.',
    checking: 'Being checked…',
    verdicts: {
      intact: 'Intact. Nothing was changed since it was sealed.',
      altered: 'Altered. This is not what was sealed.',
      unsigned: 'There is no seal in this file.',
      unreadable: 'This file cannot be read as a PDF.',
    },
    known: 'This very file is on record here.',
    unknown: 'This very file is not on record here; that alone says nothing against it.',
    computed: 'Fingerprint of this file (SHA-256)',
    more: 'You need not trust this page: any PDF reader that shows signatures checks the same seal.',
  },
  legal: {
    title: 'Legal',
    paragraphs: [
      'This site is run by the organization that invited you to a meeting, with the Countersign software. The organization is responsible for what is shown and stored here; its details are in the agreement and in its mails.',
      'What is stored: your name, e-mail address, time zone and what you write, for the meeting; with an agreement also your signature, the time, the address and the browser it came from, as evidence. It is kept as long as the organization’s retention rules say, encrypted.',
      'Cookies: none for guests. Hosts have one, for their session.',
      'An electronic signature here is a simple electronic signature (eIDAS; ESIGN and UETA in the United States). You may ask for the document on paper instead, and get a copy of everything you sign.',
      'Countersign is free software under the MIT licence.',
    ],
  },
  security: {
    title: 'Security',
    paragraphs: [
      'The link to your booking is its key: 256 random bits that stand after “#”, so that no server log and no referrer ever sees them. Whoever has the link has the booking; treat it like one.',
      'Documents and personal data are encrypted at rest. Every access to a document is on record.',
      'Pages run no code but their own, which the browser knows by its place or its hash; nothing is loaded from third parties.',
      'Passwords are stored with Argon2id. Sessions can be seen and ended under Account.',
      'Found a weakness? Write to the organization that runs this site, or, for the software, use its repository’s private report of vulnerabilities.',
    ],
  },
};

export type PublicMessages = typeof publicEn;
