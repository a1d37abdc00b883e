import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

/**
 * The live connection (Socket.IO, path /live). A page joins the room of what it shows with the position of its snapshot, and gets every
 * later fact of that room, in order; after a lost connection it joins again from the last position it saw.
 *
 * Rooms: `host:<hostId>` (public: times and states only), `booking:<id>` with the guest's token, `dashboard` with the session cookie.
 */
export const JoinRequest = z.discriminatedUnion('room', [
  z.object({ room: z.literal('host'), hostId: Id, position: z.int().min(0) }),
  z.object({ room: z.literal('booking'), token: z.string(), position: z.int().min(0) }),
  z.object({ room: z.literal('dashboard'), position: z.int().min(0) }),
]);
export type JoinRequest = z.infer<typeof JoinRequest>;

/** `reload`: the position is older than what the stream keeps; take a new snapshot. */
export const JoinAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('joined'), position: z.int(), serverTime: Instant }),
  z.object({ outcome: z.literal('reload') }),
  z.object({ outcome: z.literal('refused'), code: z.string() }),
]);
export type JoinAnswer = z.infer<typeof JoinAnswer>;

/** In public rooms: an interval (buffers included) became taken or free. */
export const SlotNews = z.object({
  kind: z.literal('slot'),
  position: z.int(),
  state: z.enum(['held', 'confirmed', 'released']),
  from: Instant,
  to: Instant,
});

/** In private rooms: something happened to a booking; the page reads it anew, or shows it at once. */
export const BookingNews = z.object({
  kind: z.literal('booking'),
  position: z.int(),
  type: z.string().meta({ description: 'The fact’s type, such as booking.confirmed' }),
  bookingId: Id,
  at: Instant,
  traceparent: z
    .string()
    .optional()
    .meta({ description: 'W3C Trace Context of the relay that tells of it, where the server sends traces' }),
});
export const LiveNews = z.discriminatedUnion('kind', [SlotNews, BookingNews]);
export type BookingNews = z.infer<typeof BookingNews>;
export type LiveNews = z.infer<typeof LiveNews>;

export type ServerToClient = { news: (news: LiveNews) => void };
export type ClientToServer = {
  join: (request: JoinRequest, answer: (answer: JoinAnswer) => void) => void;
  leave: (request: { room: string }) => void;
};
