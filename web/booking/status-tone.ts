import type { BookingStatus } from '#domain/booking/states.ts';

export type Tone = 'held' | 'signed' | 'gone' | 'plain';

const tones: Record<BookingStatus, Tone> = {
  requested: 'held',
  held: 'held',
  displaced: 'held',
  confirmed: 'signed',
  completed: 'signed',
  refused: 'gone',
  no_show: 'gone',
  canceled: 'gone',
  expired: 'gone',
  declined: 'gone',
  released: 'plain',
};

/** The shape and colour that a state has everywhere. */
export const toneOf = (status: BookingStatus): Tone => tones[status];
