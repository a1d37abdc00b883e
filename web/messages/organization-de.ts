import type { OrganizationMessages } from './organization-en.ts';

export const organizationDe: OrganizationMessages = {
  nav: { members: 'Mitglieder', organization: 'Organisation', audit: 'Protokoll' },
  roles: { OWNER: 'Inhaber', ADMIN: 'Admin', MEMBER: 'Mitglied' },
  roleHints: {
    OWNER: 'Alles, auch Mitglieder, Einstellungen und Betrieb',
    ADMIN: 'Termine, Terminarten und Zeiten aller; NDA-Vorlagen; das Protokoll',
    MEMBER: 'Eigene Termine, Terminarten und Zeiten',
  },
  switchTo: 'Organisation',

  members: {
    title: 'Mitglieder',
    you: 'Sie',
    role: 'Rolle',
    roleOf: (name) => `Rolle von ${name}`,
    joined: (when) => `beigetreten ${when}`,
    upcoming: (count) => (count === 1 ? '1 Termin steht bevor' : `${count} Termine stehen bevor`),
    remove: 'Entfernen',
    roleTitle: (name, role) => `${name} die Rolle „${role}“ geben?`,
    roleText:
      'Die Person wird hier abgemeldet, erfährt es per Mail und hat die neuen Rechte nach der nächsten Anmeldung.',
    roleTextSelf: 'Sie geben eigene Rechte ab. Jemand anderes muss sie Ihnen zurückgeben.',
    roleDo: 'Rolle ändern',
    roleDone: (name) => `Die Rolle von ${name} ist geändert.`,
    removeTitle: (name) => `${name} entfernen?`,
    removeText:
      'Die Buchungsseiten gehen sofort offline, die Sitzungen hier enden. Terminarten, Zeiten und Termine bleiben bei der Organisation.',
    removeBookings: (count) =>
      count === 1
        ? 'Ein Termin steht noch bevor. Er bleibt bestätigt; Mails dazu gehen an den Kontakt der Organisation, und Sie können ihn absagen.'
        : `${count} Termine stehen noch bevor. Sie bleiben bestätigt; Mails dazu gehen an den Kontakt der Organisation, und Sie können sie absagen.`,
    removeDone: (name) => `${name} gehört nicht mehr dazu.`,
    former: 'Frühere Mitglieder',
    left: (when) => `gegangen ${when}`,
    showBookings: 'Termine zeigen',
  },

  invitations: {
    title: 'Jemanden einladen',
    email: 'E-Mail',
    role: 'Rolle',
    send: 'Einladung senden',
    sent: (email) => `Die Einladung an ${email} ist unterwegs.`,
    open: 'Offene Einladungen',
    none: 'Keine.',
    sentAt: (when) => `gesendet ${when}`,
    expires: (when) => `Link endet ${when}`,
    expired: 'Link ist abgelaufen',
    resend: 'Erneut senden',
    withdraw: 'Zurückziehen',
    withdrawn: (email) => `Die Einladung an ${email} ist zurückgezogen.`,
  },

  accept: {
    title: 'Ihre Einladung',
    heading: (organization) => `${organization} beitreten`,
    text: (inviter, organization, role) => `${inviter} lädt Sie zu ${organization} ein. Ihre Rolle: ${role}.`,
    forAddress: 'Eingeladene Adresse',
    register: 'Konto anlegen und beitreten',
    join: 'Beitreten',
    haveAccount: 'Mit dieser Adresse haben Sie schon ein Konto. Treten Sie damit bei; sonst ändert sich nichts.',
    otherAccount: (email) =>
      `Sie sind als ${email} angemeldet. Um hier zu arbeiten, melden Sie sich mit der eingeladenen Adresse an.`,
    joined: (organization) => `Sie gehören jetzt zu ${organization}.`,
    logIn: 'Anmelden',
    toDashboard: 'Zum Dashboard',
    resetPassword: 'Neues Passwort setzen',
    incomplete: 'Dieser Link ist nicht vollständig. Öffnen Sie ihn noch einmal aus der Mail.',
  },

  settings: {
    title: 'Organisation',
    profile: 'Einstellungen',
    name: 'Name',
    nameHint: 'Gäste sehen ihn neben Ihrem; er steht in Vereinbarungen und Mails.',
    contact: 'Kontaktadresse',
    contactHint:
      'Hierhin gehen Mails zu Terminen früherer Mitglieder. Leer: an den Inhaber, der am längsten dabei ist.',
    readOnly: 'Inhaber können das ändern.',
    yours: 'Ihre Organisationen',
    here: 'Sie sind hier',
    open: 'Hier arbeiten',
    leave: 'Diese Organisation verlassen',
    leaveTitle: (name) => `${name} verlassen?`,
    leaveText:
      'Ihre Buchungsseiten hier gehen sofort offline, Ihre Sitzungen enden. Ihre Termine, Terminarten und Zeiten bleiben bei der Organisation. Zurück kommen Sie nur mit einer neuen Einladung.',
  },

  audit: {
    title: 'Protokoll',
    text: 'Alles, was hier geschah, der Reihe nach. Einträge lassen sich nicht ändern oder entfernen, und jeder besiegelt die vor ihm.',
    filters: 'Filter',
    who: 'Wer',
    anybody: 'Alle',
    kinds: {
      guest: 'Gäste',
      host: 'Mitglieder',
      operator: 'Betreiber',
      system: 'Das System',
      provider: 'Unterschriftendienste',
    },
    what: 'Was',
    everything: 'Alles',
    from: 'Von',
    until: 'Bis',
    forBooking: 'Nur zu einem Termin.',
    clear: 'Filter löschen',
    when: 'Wann',
    happened: 'Was geschah',
    booking: 'Termin',
    empty: 'Nichts gefunden.',
    actors: {
      guest: 'Gast',
      host: 'Mitglied',
      operator: 'Betreiber',
      system: 'System',
      provider: 'Unterschriftendienst',
    },
  },

  operations: {
    installation: 'Unzustellbares der Installation',
    installationHint: 'Was hereinkam und zu keiner Organisation gehört. Nur Betreiber sehen es.',
  },
  whose: { label: 'Wessen', own: 'Meine', everybody: 'Alle' },
};
