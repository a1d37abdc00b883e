/**
 * The facts this product publishes. Each is a CloudEvent (1.0) in the JetStream stream under `<type>.<organization>.<host>`;
 * its id makes a repeat harmless. Data carries ids, times and states, never a person's name or address.
 */

type AboutBooking = { bookingId: string; meetingTypeId: string };
type AboutMail = { messageId: string; kind: string; recipient: 'guest' | 'host' };
/** Half-open, buffers included; ISO 8601 in UTC. */
type Occupied = { from: string; to: string };

export type FactData = {
  'slot.held': AboutBooking & { during: Occupied; startsAt: string; endsAt: string; expiresAt: string | null };
  'slot.released': AboutBooking & { during: Occupied; startsAt: string; endsAt: string; reason: ReleaseReason };
  'booking.confirmed': AboutBooking & { during: Occupied; startsAt: string; endsAt: string };
  'booking.canceled': AboutBooking & { by: ActorType; startsAt: string };
  'booking.expired': AboutBooking & { startsAt: string };
  'booking.displaced': AboutBooking & { startsAt: string };
  'booking.rescheduled': AboutBooking & {
    fromStartsAt: string;
    startsAt: string;
    endsAt: string;
    during: Occupied;
    sequence: number;
  };
  'booking.completed': AboutBooking & { startsAt: string };
  'booking.no_show': AboutBooking & { startsAt: string };
  /** `status`: what the booking is now. */
  'booking.no_show_undone': AboutBooking & { startsAt: string; status: 'confirmed' | 'completed' };
  'booking.attention': AboutBooking & { step: string; reason: string };
  'booking.recovered': AboutBooking & { step: string };
  'nda.created': AboutBooking & { documentId: string; sha256: string; templateVersionId: string };
  'nda.sent': AboutBooking & { envelopeId: string; provider: string; expiresAt: string | null };
  'nda.signed': AboutBooking & { envelopeId: string; signedAt: string; late: boolean };
  'nda.completed': AboutBooking & { envelopeId: string; documentId: string; sha256: string };
  'nda.declined': AboutBooking & { envelopeId: string };
  'nda.voided': AboutBooking & { envelopeId: string };
  'notify.email.requested': AboutBooking & AboutMail;
  'notify.email.sent': AboutBooking & AboutMail;
  'notify.email.failed': AboutBooking & AboutMail;
  'notify.email.delivered': AboutBooking & AboutMail;
  'notify.email.bounced': AboutBooking & AboutMail;
  'notify.email.complained': AboutBooking & AboutMail;
  'notify.email.superseded': AboutBooking & AboutMail;
};

export type ReleaseReason = 'expired' | 'declined' | 'canceled' | 'released' | 'rescheduled' | 'abandoned';
export type ActorType = 'guest' | 'host' | 'operator' | 'system' | 'provider';
export type FactType = keyof FactData;

/** CloudEvents 1.0 in JSON, with the two extension attributes that routing needs, and that of distributed tracing. */
export type Fact<T extends FactType = FactType> = T extends FactType
  ? {
      specversion: '1.0';
      id: string;
      source: 'countersign';
      type: T;
      subject: string;
      time: string;
      datacontenttype: 'application/json';
      organizationid: string;
      hostid: string;
      /** Of what caused it, where that is traced. */
      traceparent?: string;
      data: FactData[T];
    }
  : never;

/** The stream's subject for a fact: `slot.held.<organization>.<host>`. */
export function factSubject(type: FactType, organizationId: string, hostId: string): string {
  return `${type}.${organizationId}.${hostId}`;
}

export function makeFact<T extends FactType>(input: {
  id: string;
  type: T;
  time: Date;
  organizationId: string;
  hostId: string;
  traceparent?: string | undefined;
  data: FactData[T];
}): Fact<T> {
  return {
    specversion: '1.0',
    id: input.id,
    source: 'countersign',
    type: input.type,
    subject: `booking/${input.data.bookingId}`,
    time: input.time.toISOString(),
    datacontenttype: 'application/json',
    organizationid: input.organizationId,
    hostid: input.hostId,
    ...(input.traceparent !== undefined && { traceparent: input.traceparent }),
    data: input.data,
  } as Fact<T>;
}
