import type { MemberRole, MoveEnd } from '../kinds.ts';
import type { Language } from './language.ts';

const attached = (hasNda: boolean): string =>
  hasNda
    ? 'Die unterschriebene Vertraulichkeitsvereinbarung und die Einladung für Ihren Kalender liegen bei.'
    : 'Die Einladung für Ihren Kalender liegt bei.';

const roles: Record<MemberRole, string> = { OWNER: 'Inhaber', ADMIN: 'Admin', MEMBER: 'Mitglied' };

const moveEnded: Record<MoveEnd, string> = {
  expired: 'Die Vertraulichkeitsvereinbarung für die neue Zeit wurde nicht rechtzeitig unterschrieben.',
  declined: 'Die Vertraulichkeitsvereinbarung für die neue Zeit wurde nicht unterschrieben.',
  released: 'Die neue Zeit wurde aufgegeben.',
};

export const de: Language = {
  code: 'de',
  greeting: (name) => (name === '' ? 'Guten Tag,' : `Guten Tag ${name},`),
  footer: (organization) =>
    `Sie erhalten diese E-Mail wegen einer Buchung oder eines Kontos bei ${organization}. Versandt mit Countersign.`,
  chips: {
    held: 'Reserviert',
    confirmed: 'Bestätigt',
    moved: 'Verschoben',
    stays: 'Nicht verschoben',
    canceled: 'Abgesagt',
    expired: 'Abgelaufen',
    declined: 'Nicht unterschrieben',
    taken: 'Termin vergeben',
  },
  rows: {
    when: 'Wann',
    before: 'Bisher',
    newTime: 'Neuer Termin',
    freeAgain: 'Wieder frei',
    heldUntil: 'Reserviert bis',
    where: 'Wo',
    host: 'Mit',
    guest: 'Gast',
    nda: 'Vertraulichkeitsvereinbarung',
    reason: 'Grund',
  },
  ndaSigned: 'Unterschrieben, liegt als PDF bei',
  actions: {
    sign: 'Lesen und unterschreiben',
    viewBooking: 'Buchung ansehen',
    openBooking: 'Buchung öffnen',
    chooseAgain: 'Erneut einen Termin wählen',
    chooseAnother: 'Anderen Termin wählen',
    verify: 'Adresse bestätigen',
    resetPassword: 'Neues Passwort wählen',
    openAccount: 'Konto öffnen',
    seeInvitation: 'Einladung ansehen',
    openDashboard: 'Zum Dashboard',
  },
  links: {
    reschedule: 'Anderen Termin wählen',
    cancel: 'Termin absagen',
    letGo: 'Reservierung aufgeben',
    google: 'Zu Google Kalender hinzufügen',
    outlook: 'Zu Outlook hinzufügen',
  },
  meetings: {
    hold_placed: (data, times) => ({
      subject: `Bitte unterschreiben: ${data.meetingTitle}, ${times.short}`,
      heading: 'Ihr Termin ist reserviert',
      paragraphs: [
        `${times.short} gehört Ihnen bis ${times.other}. Lesen und unterschreiben Sie bis dahin die Vertraulichkeitsvereinbarung, dann ist der Termin mit ${data.hostName} bestätigt.`,
        'Wenn Sie nichts tun, wird die Zeit wieder frei.',
      ],
    }),
    booking_confirmed_guest: (data, times) => ({
      subject: `Bestätigt: ${data.meetingTitle}, ${times.short}`,
      heading: 'Ihr Termin ist bestätigt',
      paragraphs: [`${data.hostName} erwartet Sie am ${times.date} um ${times.start}.`, attached(data.hasNda)],
    }),
    booking_confirmed_host: (data, times) => ({
      subject: `Bestätigt: ${data.guestName}, ${times.short}`,
      heading: `${data.guestName} hat gebucht`,
      paragraphs: [
        data.hasNda
          ? `${data.guestName} hat die Vertraulichkeitsvereinbarung unterschrieben und trifft Sie am ${times.date} um ${times.start}.`
          : `${data.guestName} trifft Sie am ${times.date} um ${times.start}.`,
        attached(data.hasNda),
      ],
    }),
    booking_canceled_guest: (data, times) => ({
      subject: `Abgesagt: ${data.meetingTitle}, ${times.short}`,
      heading: 'Der Termin ist abgesagt',
      paragraphs: [
        data.canceledBy === 'guest'
          ? `Sie haben den Termin mit ${data.hostName} abgesagt.`
          : `${data.canceledBy === 'host' ? data.hostName : data.organizationName} hat Ihren Termin abgesagt.`,
        'Ihr Kalender entfernt ihn, wenn Sie die beiliegende Nachricht öffnen. Einen anderen Termin können Sie jederzeit wählen.',
      ],
    }),
    booking_canceled_host: (data, times) => ({
      subject: `Abgesagt: ${data.guestName}, ${times.short}`,
      heading: 'Der Termin ist abgesagt',
      paragraphs: [
        data.canceledBy === 'host'
          ? `Sie haben den Termin mit ${data.guestName} abgesagt.`
          : `${data.canceledBy === 'guest' ? data.guestName : data.organizationName} hat den Termin abgesagt.`,
        'Die Zeit ist wieder frei.',
      ],
    }),
    booking_rescheduled_guest: (data, times) => ({
      subject: `Verschoben auf ${times.short}: ${data.meetingTitle}`,
      heading: 'Ihr Termin hat eine neue Zeit',
      paragraphs: [
        `${data.hostName} erwartet Sie am ${times.date} um ${times.start}. Bisher war es ${times.other}.`,
        'Die beiliegende Einladung verschiebt ihn in Ihrem Kalender.',
      ],
    }),
    booking_rescheduled_host: (data, times) => ({
      subject: `Verschoben auf ${times.short}: ${data.guestName}`,
      heading: 'Der Termin hat eine neue Zeit',
      paragraphs: [
        `${data.guestName} trifft Sie am ${times.date} um ${times.start}. Bisher war es ${times.other}.`,
        'Die beiliegende Einladung verschiebt ihn in Ihrem Kalender.',
      ],
    }),
    move_to_sign_guest: (data, times) => ({
      subject: `Bitte unterschreiben für ${times.other}: ${data.meetingTitle}`,
      heading: 'Noch einmal unterschreiben, dann ist Ihr Termin verschoben',
      paragraphs: [
        data.isAskedByHost
          ? `${data.hostName} möchte Sie stattdessen am ${times.other} treffen. Die Vertraulichkeitsvereinbarung nennt die Zeit des Termins und wird deshalb neu unterschrieben.`
          : `${times.other} ist für Sie reserviert. Die Vertraulichkeitsvereinbarung nennt die Zeit des Termins und wird deshalb neu unterschrieben.`,
        `Unterschreiben Sie bis ${times.until}, dann ist der Termin verschoben. Bis dahin, und wenn Sie nichts tun, bleibt er bei ${times.short}; Ihre Unterschrift dafür gilt weiter.`,
      ],
    }),
    move_to_sign_host: (data, times) => ({
      subject: `Wartet auf Unterschrift: ${data.guestName}, für ${times.other}`,
      heading: `${data.guestName} soll für die neue Zeit unterschreiben`,
      paragraphs: [
        `${times.other} ist bis ${times.until} reserviert. Sobald ${data.guestName} dafür unterschreibt, ist der Termin verschoben, und Sie beide erhalten eine neue Einladung.`,
        `Bis dahin bleibt er bei ${times.short}.`,
      ],
    }),
    move_ended_guest: (data, times) => ({
      subject: `Nicht verschoben: ${data.meetingTitle} bleibt bei ${times.short}`,
      heading: 'Ihr Termin bleibt, wie er war',
      paragraphs: [
        `${moveEnded[data.why]} ${data.hostName} erwartet Sie wie bisher am ${times.short}; Ihre Unterschrift dafür gilt weiter.`,
        `${times.other} ist wieder frei. Sie können weiterhin einen anderen Termin wählen.`,
      ],
    }),
    move_ended_host: (data, times) => ({
      subject: `Nicht verschoben: ${data.guestName} bleibt bei ${times.short}`,
      heading: 'Der Termin bleibt, wie er war',
      paragraphs: [
        `${moveEnded[data.why]} ${data.guestName} trifft Sie wie bisher am ${times.short}, mit der Vertraulichkeitsvereinbarung, die dafür unterschrieben ist.`,
        `${times.other} ist wieder frei.`,
      ],
    }),
    hold_expired_guest: (data, times) => ({
      subject: `Nicht mehr reserviert: ${data.meetingTitle}, ${times.short}`,
      heading: 'Ihr Termin ist nicht mehr reserviert',
      paragraphs: [
        `Die Vertraulichkeitsvereinbarung wurde nicht rechtzeitig unterschrieben. ${times.short} mit ${data.hostName} ist deshalb wieder für andere frei.`,
        'Nichts ist verloren: Wählen Sie erneut einen Termin, vielleicht ist es derselbe.',
      ],
    }),
    booking_declined_host: (data, times) => ({
      subject: `Nicht unterschrieben: ${data.guestName}, ${times.short}`,
      heading: `${data.guestName} hat nicht unterschrieben`,
      paragraphs: [
        `${data.guestName} hat die Vertraulichkeitsvereinbarung gelesen und sich gegen die Unterschrift entschieden.`,
        'Es wurde kein Termin gebucht; die Zeit ist wieder frei.',
      ],
    }),
    late_signature_taken_guest: (data, times) => ({
      subject: `Bitte wählen Sie einen anderen Termin: ${data.meetingTitle}`,
      heading: 'Unterschrieben, aber der Termin war schon vergeben',
      paragraphs: [
        `Ihre Unterschrift ist da, vielen Dank. Sie kam nach dem Ende der Reservierung, und ${times.short} war schon vergeben.`,
        'Wählen Sie einen anderen Termin: Ihre Unterschrift bleibt gültig, Sie unterschreiben nicht noch einmal.',
      ],
    }),
    late_signature_taken_host: (data, times) => ({
      subject: `Verspätet unterschrieben: ${data.guestName}, ${times.short}`,
      heading: `${data.guestName} hat unterschrieben, aber der Termin war vergeben`,
      paragraphs: [
        `Die Unterschrift kam nach dem Ende der Reservierung, und ${times.short} war schon vergeben.`,
        `Wir haben ${data.guestName} gebeten, einen anderen Termin zu wählen; für Sie ist nichts zu tun.`,
      ],
    }),
    reminder_guest: (data, times) => ({
      subject: `Erinnerung: ${data.meetingTitle}, ${times.short}`,
      heading: 'Ihr Termin steht bevor',
      paragraphs: [`${data.hostName} erwartet Sie am ${times.date} um ${times.start}.`],
    }),
    reminder_host: (data, times) => ({
      subject: `Erinnerung: ${data.guestName}, ${times.short}`,
      heading: 'Ihr Termin steht bevor',
      paragraphs: [`${data.guestName} trifft Sie am ${times.date} um ${times.start}.`],
    }),
  },
  securityChanges: {
    password_changed: 'Ihr Passwort wurde geändert',
    two_factor_on: 'Die Zwei-Faktor-Anmeldung wurde eingeschaltet',
    two_factor_off: 'Die Zwei-Faktor-Anmeldung wurde ausgeschaltet',
    recovery_codes_renewed: 'Neue Wiederherstellungscodes wurden erstellt',
    api_key_created: 'Ein API-Schlüssel wurde erstellt',
    log_in_linked: 'Ein weiterer Weg zur Anmeldung wurde hinzugefügt',
    log_in_unlinked: 'Ein Weg zur Anmeldung wurde entfernt',
  },
  accounts: {
    verify_email: (data) => ({
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      heading: 'Ist das Ihre Adresse?',
      paragraphs: [
        `Bestätigen Sie sie, dann ist Ihr Konto bei ${data.organizationName} bereit. Der Link gilt einmal, ${data.expiresInMinutes} Minuten lang.`,
        'Wenn Sie kein Konto angelegt haben, müssen Sie nichts tun.',
      ],
    }),
    reset_password: (data) => ({
      subject: 'Wählen Sie ein neues Passwort',
      heading: 'Ein neues Passwort',
      paragraphs: [
        `Wählen Sie es über den Link unten. Der Link gilt einmal, ${data.expiresInMinutes} Minuten lang.`,
        'Wenn Sie das nicht angefordert haben, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.',
      ],
    }),
    security_notice: (data) => ({
      subject: de.securityChanges[data.change],
      heading: de.securityChanges[data.change],
      paragraphs: [
        'Wenn Sie das waren, müssen Sie nichts tun.',
        'Wenn nicht, wählen Sie sofort ein neues Passwort, melden Sie sich überall ab und sehen Sie die API-Schlüssel Ihres Kontos durch.',
      ],
    }),
    invitation: (data) => ({
      subject: `${data.inviterName} lädt Sie zu ${data.organizationName} ein`,
      heading: `Treten Sie ${data.organizationName} bei`,
      paragraphs: [
        `${data.inviterName} lädt Sie zu ${data.organizationName} ein, in der Rolle „${roles[data.role]}“. Dort buchen Gäste ihre Termine und unterschreiben vorher eine Vertraulichkeitsvereinbarung, wo eine verlangt ist.`,
        `Der Link gilt einmal, ${data.expiresInDays} Tage lang. Wenn Sie ${data.inviterName} nicht kennen, müssen Sie nichts tun.`,
      ],
    }),
    role_changed: (data) => ({
      subject: `Ihre Rolle bei ${data.organizationName} ist eine andere`,
      heading: `Ihre neue Rolle: ${roles[data.role]}`,
      paragraphs: [
        `Wer ${data.organizationName} verwaltet, hat Ihnen diese Rolle gegeben. Melden Sie sich neu an: Frühere Sitzungen dort sind beendet.`,
      ],
    }),
    membership_ended: (data) => ({
      subject: `Sie gehören nicht mehr zu ${data.organizationName}`,
      heading: 'Ihre Mitgliedschaft ist beendet',
      paragraphs: [
        `Ihre Buchungsseiten bei ${data.organizationName} sind offline, Ihre Sitzungen dort beendet. Gebuchte Termine bleiben bei der Organisation.`,
        'Ihr Konto bleibt bestehen, mit jeder anderen Organisation, zu der Sie gehören.',
      ],
    }),
    signing_code: (data) => ({
      subject: `Ihr Code zum Unterschreiben: ${data.documentTitle}`,
      heading: 'Ihr Code zum Unterschreiben',
      paragraphs: [
        `Geben Sie diesen Code dort ein, wo Sie „${data.documentTitle}“ für ${data.hostName} unterschreiben. Er gilt einmal, ${data.expiresInMinutes} Minuten lang.`,
        'Geben Sie ihn niemandem weiter. Wenn Sie nichts unterschreiben, müssen Sie nichts tun.',
      ],
    }),
  },
};
