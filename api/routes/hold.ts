import { gathering } from '#db/gathering.ts';
import { occupied } from '#db/queries/claims.ts';
import { requestBooking, type BookingRow, type NewBooking } from '#db/queries/bookings.ts';
import { sha256 } from '#db/personal.ts';
import { findBookableTypes, type BookableTypeRow } from '#db/queries/public-pages.ts';
import { traceBooking } from '#integrations/tracing/trace-context.ts';
import type { BookingRequest } from '#contract/bookings.ts';
import type { HoldOutcome } from '#workflows/booking/effects.ts';
import type { ApiParts } from '../parts.ts';
import type { GuestSight } from '../presenters/booking.ts';
import { reasonsForGuests } from '../presenters/reasons.ts';
import { Refused } from '../problem.ts';
import type { Answer, Call, Handlers } from '../route.ts';
import type { Turnstile } from '../turnstile.ts';
import { presentNewBooking, readGuestBooking } from './guest-booking.ts';

/**
 * A guest takes a time. The request is a row first, then the workflow decides, in one round trip; a crowd at one slot is turned away before
 * it costs either. With an Idempotency-Key the booking's id follows from the request: a retry finds the booking that the first try made.
 */
export function hold(parts: ApiParts, turnstile: Turnstile): Pick<Handlers, 'hold'> {
  const { database, cipher } = parts;
  const bookableType = gathering((ids: readonly string[]) => findBookableTypes(database, ids));
  const askedAhead = new WeakMap<Call<'hold'>, ReturnType<typeof bookableType>>();
  const ahead = (call: Call<'hold'>): void => {
    const type = bookableType(call.body.meetingTypeId);
    // Whoever waits for it hears of a failure; with a key that is known, nobody does.
    type.catch(() => {});
    askedAhead.set(call, type);
  };
  return {
    hold: Object.assign(take, { ahead }),
  };

  async function take(call: Call<'hold'>): Promise<Answer<'hold'>> {
    const { body, idFor } = call;
    const type = await (askedAhead.get(call) ?? bookableType(body.meetingTypeId));
    if (!type) throw new Refused('not_found', { errors: [noSuchType] });
    const booking = newBooking(idFor('booking'), body, type);
    traceBooking(booking.id);
    const during = occupied(booking);
    const position = parts.relay.position();
    const outcome = await turnstile.pass(type.hostId, during, async () => {
      const requested = await requestBooking(database, cipher, booking, sha256(cipher.guestToken(booking.id)));
      if (requested.taken) return { outcome: 'slot_taken' as const, taken: requested.taken };
      const held = await decided(parts, booking);
      return held.outcome === 'held' ? { ...held, row: requested.booking, taken: during } : held;
    });
    parts.meter.holdDecided(outcome.outcome);
    if (outcome.outcome === 'slot_not_offered')
      throw new Refused('slot_not_offered', { context: { reasons: reasonsForGuests(outcome.reasons) } });
    if (outcome.outcome !== 'held') throw new Refused('slot_taken');
    const { row, held } = outcome;
    const token = cipher.guestToken(booking.id);
    return {
      // Of a repeat, whose booking may have come further, nothing is known.
      booking:
        row && held
          ? presentNewBooking(parts, sightOf(row, booking.guest, type), held, position)
          : await readGuestBooking(parts, booking.id),
      token,
      url: `${parts.publicUrl}/my-booking#${token}`,
    };
  }
}

/** From whoever says it first: the database, when the claim is committed, or the engine, when its workflow has written down what it did. */
async function decided({ engine, heldNews, errands }: ApiParts, booking: NewBooking): Promise<HoldOutcome> {
  const { told, forget } = heldNews.of(booking.id);
  const answered = engine.hold(booking);
  const toldFirst = told.then((outcome) => {
    errands.begin('the workflow of a hold that is there', async () => void (await answered));
    return outcome;
  });
  return Promise.race([toldFirst, answered]).finally(forget);
}

const noSuchType = {
  field: 'meetingTypeId',
  code: 'not_found',
  message: 'There is no such meeting type, or it takes no bookings now.',
};

function sightOf(booking: BookingRow, guest: NewBooking['guest'], type: BookableTypeRow): GuestSight {
  const { host, template } = type;
  return { booking, guest, host, organization: { name: host.organizationName }, meetingType: type, template };
}

function newBooking(id: string, request: BookingRequest, type: BookableTypeRow): NewBooking {
  const [standard = 0] = type.durationsMinutes;
  const durationMinutes = request.durationMinutes ?? standard;
  if (!type.durationsMinutes.includes(durationMinutes)) {
    throw new Refused('validation_failed', {
      errors: [
        {
          field: 'durationMinutes',
          code: 'not_offered',
          message: `Choose one of ${type.durationsMinutes.join(', ')} minutes.`,
        },
      ],
    });
  }
  refuseMissingAnswers(request, type);
  const startsAt = new Date(request.startsAt);
  return {
    id,
    organizationId: type.organizationId,
    hostId: type.hostId,
    meetingTypeId: type.id,
    startsAt,
    endsAt: new Date(startsAt.getTime() + durationMinutes * 60_000),
    bufferBeforeMinutes: type.bufferBeforeMinutes,
    bufferAfterMinutes: type.bufferAfterMinutes,
    holdMinutes: type.holdMinutes,
    remindersMinutes: type.remindersMinutes,
    rescheduleCutoffMinutes: type.rescheduleCutoffMinutes,
    rescheduleLimit: type.rescheduleLimit,
    ndaTemplateVersionId: type.template?.id ?? null,
    guest: request.guest,
    answers: request.answers,
  };
}

/** What the NDA needs must be there before the slot is held: not when the document is made. */
function refuseMissingAnswers(request: BookingRequest, type: BookableTypeRow): void {
  const missing = (type.template?.ownVariables ?? []).filter(
    ({ name, filledBy, required, value }) =>
      filledBy === 'guest' && required && !(request.answers[name] ?? value).trim(),
  );
  if (missing.length === 0) return;
  throw new Refused('validation_failed', {
    errors: missing.map(({ name, label }) => ({
      field: `answers.${name}`,
      code: 'required',
      message: `“${label}” is needed for the NDA.`,
    })),
  });
}
