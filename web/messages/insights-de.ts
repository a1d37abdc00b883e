import type { InsightsMessages } from './insights-en.ts';

export const insightsDe: InsightsMessages = {
  title: 'Auswertung',
  range: 'Zeitraum',
  ranges: { 7: '7 Tage', 30: '30 Tage', 90: '90 Tage', 365: 'Ein Jahr' },
  type: 'Terminart',
  allTypes: 'Alle Terminarten',
  overTime: 'Buchungen im Lauf der Zeit',
  confirmed: 'Bestätigt',
  notConfirmed: 'Gehalten, nicht bestätigt',
  conversion: 'Vom Ansehen zur Buchung',
  steps: {
    views: 'Seite geöffnet',
    held: 'Zeit gehalten',
    signed: 'Unterschrieben',
    confirmed: 'Bestätigt',
  },
  shareOf: {
    held: 'derer, die die Seite öffneten',
    signed: 'derer, die etwas zu unterschreiben hatten',
    confirmed: 'der gehaltenen Zeiten',
  },
  timeToSign: 'Zeit bis zur Unterschrift',
  middle: (text) => `Die Hälfte Ihrer Gäste unterschreibt innerhalb von ${text}.`,
  slow: (text) => `Neun von zehn brauchen nicht länger als ${text}.`,
  under: (text) => `unter ${text}`,
  longer: 'länger',
  signatures: 'Unterschriften',
  noShows: 'Nicht erschienen',
  cameNot: (count, all) =>
    all === 0 ? 'In diesem Zeitraum fand kein Treffen statt.' : `${count} von ${all} Treffen ohne ihren Gast.`,
  completed: 'Fand statt',
  noShow: 'Gast kam nicht',
  asTable: 'Als Tabelle',
  day: 'Tag',
  week: 'Woche ab',
  count: 'Anzahl',
  step: 'Schritt',
  duration: 'Dauer',
  views: 'Seitenaufrufe',
  nothing: 'In diesem Zeitraum noch nichts.',
  noteDays: (zone) =>
    `Tage nach dem Kalender von ${zone}. Eine Buchung zählt am Tag, an dem sie gemacht wurde, ein Treffen an seinem eigenen.`,
  noteViews: 'Seitenaufrufe werden nur gezählt: kein Cookie, keine Adresse, nichts darüber, wer geschaut hat.',
  seconds: (seconds) => {
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
    return seconds < 129_600 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} Tagen`;
  },
};
