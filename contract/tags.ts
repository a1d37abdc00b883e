/**
 * What the operations are about, in the order in which one meets them. `scope`: the subject that an API key must be allowed for the host's
 * operations under this tag; null where a key does not get in, whatever it is allowed: what is about people and their ways in.
 */
export const tags = {
  guest: { about: 'Public pages, and a guest’s own booking by its secret link', scope: null },
  signing: { about: 'Reading and signing the NDA', scope: null },
  verification: { about: 'Whether a document is whole; open to anybody', scope: null },
  accounts: { about: 'Registering, logging in, sessions, passwords, two-factor, API keys', scope: null },
  organization: { about: 'Members, their roles, invitations', scope: null },
  availability: { about: 'When a host can be booked', scope: 'setup' },
  'meeting types': { about: 'What can be booked', scope: 'setup' },
  NDA: { about: 'The texts that guests agree to', scope: 'setup' },
  bookings: { about: 'Bookings as their hosts see and manage them', scope: 'bookings' },
  privacy: { about: 'How long personal data is kept; handing it over and erasing it on request', scope: null },
  operations: { about: 'What could not be processed; whether the system is well', scope: 'operations' },
  webhooks: { about: 'What signing providers call', scope: null },
} as const satisfies Record<string, { about: string; scope: 'bookings' | 'setup' | 'operations' | null }>;

export type Tag = keyof typeof tags;
