import type { Told, KnownBooking, RefusedHold } from '../actors/journal.ts';
import type { ReceivedMail } from '../system/mail-server.ts';

/** Everything that can be seen from outside when a run is over. Instants are milliseconds since 1970. */
export type Evidence = {
  /** Whether anything was hurt at all: without it, nothing may happen twice. */
  faultsStruck: number;
  bookings: readonly BookingSeen[];
  claims: readonly ClaimSeen[];
  /** In the order in which they were written. */
  written: readonly FactSeen[];
  /** In the order of the stream. */
  streamed: readonly (FactSeen & { position: number })[];
  messages: readonly MessageSeen[];
  envelopes: readonly EnvelopeSeen[];
  requests: readonly RequestSeen[];
  documents: readonly DocumentSeen[];
  /** What the provider itself knows. `about` is our id of the envelope. */
  provider: readonly { envelopeId: string; about: string; status: string; completedAt: number | null }[];
  webhooks: readonly { envelopeId: string; event: string; at: number }[];
  mails: readonly ReceivedMail[];
  pages: readonly PageSeen[];
  told: readonly Told[];
  known: readonly KnownBooking[];
  refusedHolds: readonly RefusedHold[];
  contradictions: readonly string[];
  /** What the API says of a booking to its guest, and to its host. */
  guestViews: ReadonlyMap<string, ViewSeen>;
  hostViews: ReadonlyMap<string, ViewSeen>;
  slots: readonly SlotsSeen[];
  runningWorkflows: ReadonlyMap<string, string>;
  hostEmails: ReadonlyMap<string, string>;
};

export type BookingSeen = {
  id: string;
  hostId: string;
  status: string;
  ndaStatus: string;
  startsAt: number;
  endsAt: number;
  from: number;
  to: number;
  holdExpiresAt: number | null;
  attention: string | null;
  /** Whether another time is held until the NDA is signed anew. */
  isMoving: boolean;
  /** How many moves asked for a new signature, each with an agreement of its own beside the first one. */
  ndaRound: number;
};
export type ClaimSeen = {
  bookingId: string;
  hostId: string;
  sessionId: string;
  from: number;
  to: number;
  isLive: boolean;
  expiresAt: number | null;
  /** On the time to move to, beside the booking's own. */
  isMove: boolean;
};
export type EnvelopeSeen = { id: string; bookingId: string; providerEnvelopeId: string; status: string };
export type FactSeen = { id: string; type: string; bookingId: string; hostId: string; data: Record<string, unknown> };
export type MessageSeen = {
  id: string;
  bookingId: string;
  kind: string;
  recipient: string;
  status: string;
  /** The request to send again that it came from. */
  resentFor: string | null;
};
export type RequestSeen = { id: string; bookingId: string; kind: string; actor: string; outcome: string | null };
export type DocumentSeen = { bookingId: string; kind: string; isStored: boolean };
export type PageSeen = {
  room: 'host' | 'booking' | 'dashboard';
  /** The host's, the booking's, or the dashboard's host's id. */
  about: string;
  position: number;
  heard: readonly number[];
  rejoined: number;
  troubles: readonly string[];
};
export type ViewSeen = { status: string; startsAt: number };
export type SlotsSeen = {
  hostId: string;
  lengthMs: number;
  beforeMs: number;
  afterMs: number;
  fromDay: number;
  days: number;
  /** Null: the page could not be read. */
  starts: ReadonlySet<number> | null;
};

/** One thing that is not as promised. */
export type Violation = { what: string; about: string };
export type Check = (evidence: Evidence) => Violation[];

/** By a key, in the order in which they came. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
