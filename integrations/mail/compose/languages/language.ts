import type { AccountMailKind, MailData, MeetingMailKind, SecurityChange } from '../kinds.ts';
import type { ShownTimes } from '../times.ts';

export type MailWords = { subject: string; heading: string; paragraphs: string[] };

/** Ready-made times for the sentences of one mail. */
export type SentenceTimes = ShownTimes & {
  /** A time other than the meeting's: the hold's end, the time before a move, the one to move to. */
  other: string;
  /** Until when that other time is held. */
  until: string;
};

/** Everything a language has to say: one that lacks a sentence does not compile. */
export type Language = {
  /** BCP 47, for the `lang` attribute. */
  code: string;
  greeting: (name: string) => string;
  footer: (organization: string) => string;
  chips: Record<'held' | 'confirmed' | 'moved' | 'stays' | 'canceled' | 'expired' | 'declined' | 'taken', string>;
  rows: Record<
    'when' | 'before' | 'newTime' | 'freeAgain' | 'heldUntil' | 'where' | 'host' | 'guest' | 'nda' | 'reason',
    string
  >;
  ndaSigned: string;
  actions: Record<
    | 'sign'
    | 'viewBooking'
    | 'openBooking'
    | 'chooseAgain'
    | 'chooseAnother'
    | 'verify'
    | 'resetPassword'
    | 'openAccount'
    | 'seeInvitation'
    | 'openDashboard',
    string
  >;
  links: Record<'reschedule' | 'cancel' | 'letGo' | 'google' | 'outlook', string>;
  meetings: { [K in MeetingMailKind]: (data: MailData[K], times: SentenceTimes) => MailWords };
  securityChanges: Record<SecurityChange, string>;
  accounts: { [K in AccountMailKind]: (data: MailData[K]) => MailWords };
};
