import { untrack } from 'svelte';
import type { BookingPageOpening, MeetingTypePage } from '#contract/public-pages.ts';
import { api, type Failure } from '../api/client.ts';
import { tellParent } from '../embed/tell-parent.ts';
import { language } from '../messages/language.svelte.ts';
import { router } from '../router.svelte.ts';
import { monthOf } from '../time/calendar.ts';
import { dateIn, deviceZone, isZone } from '../time/zones.ts';
import { HoldAttempt } from './hold-attempt.ts';
import { SlotBoard } from './slot-board.svelte.ts';
import { nearest, type Shape } from './slots.ts';
import { TimeChoiceState } from './time-choice.svelte.ts';
import { detailsFromQuery, takeCarried, type TypedDetails } from './typed-details.ts';

/**
 * A guest on the booking page: the choice is in the address (`month`, `date`, `slot`, `tz`, `duration`), so that back, reload and a shared
 * link do what one expects; what was typed is here, and only here.
 */
export class BookingFlow extends TimeChoiceState {
  details: TypedDetails = $state(takeCarried() ?? detailsFromQuery(router.query));
  sending: boolean = $state(false);
  failure: Failure | null = $state.raw(null);
  /** Starts the server refused a moment ago, whatever the list says. */
  #refused: string | null = $state(null);
  readonly #page: MeetingTypePage;
  readonly #attempt: HoldAttempt;

  constructor(page: MeetingTypePage, opening: BookingPageOpening | null = null) {
    const where = { hostSlug: page.host.slug, meetingTypeSlug: page.meetingType.slug };
    const board = new SlotBoard((query) => api.call('slots', { params: where, query }), zoneInAddress(), shapeOf(page));
    if (opening !== null && opening.page === page) board.open(opening.month, opening.slots);
    super(board, addressSelection, page.liveRoom.replace(/^host:/, ''));
    this.#page = page;
    this.#attempt = new HoldAttempt((body, idempotencyKey) => api.call('hold', { body, idempotencyKey }));
  }

  get durationMinutes(): number {
    return durationInAddress(this.#page);
  }
  /** The chosen start, when the address has one. */
  get slot(): string | null {
    return slotInAddress();
  }
  /** The list knows the month and the time is not in it; while our own request is under way, its own hold is no surprise. */
  get slotGone(): boolean {
    const { slot } = this;
    if (slot === null || this.sending) return false;
    if (slot === this.#refused) return true;
    return this.board.months.has(monthOf(dateIn(this.zone, new Date(slot)))) && !this.board.has(slot);
  }
  get nearby(): string[] {
    return this.slot === null ? [] : nearest(this.board.days, this.slot, 3);
  }

  protected override get own(): string | null {
    return this.sending ? this.slot : null;
  }

  start(): () => void {
    tellParent({ type: 'ready', detail: { path: location.pathname } });
    const stop = $effect.root(() => {
      $effect(() => {
        const shape = shapeOf(this.#page);
        const { zone } = this;
        void this.month;
        untrack(() => {
          this.board.reshape(zone, shape);
          void this.show();
        });
      });
    });
    return () => {
      stop();
      this.dispose();
    };
  }

  setDuration(minutes: number): void {
    router.setQuery({ duration: String(minutes), slot: null }, { replace: true });
  }

  override choose(start: string | null): void {
    this.failure = null;
    this.#refused = null;
    super.choose(start);
  }

  async submit(): Promise<void> {
    const { slot } = this;
    if (slot === null || this.sending) return;
    this.sending = true;
    this.failure = null;
    this.board.asking = slot;
    const { name, email, note, answers } = this.details;
    const result = await this.#attempt.submit({
      meetingTypeId: this.#page.meetingType.id,
      startsAt: slot,
      durationMinutes: this.durationMinutes,
      guest: { name: name.trim(), email: email.trim(), timeZone: this.zone, locale: language.locale, note },
      answers: this.#ownAnswers(answers),
    });
    this.sending = false;
    if (result.ok) {
      const { booking, token } = result.value;
      tellParent({
        type: booking.status === 'confirmed' ? 'confirmed' : 'held',
        detail: { path: location.pathname, startsAt: slot },
      });
      router.navigate(`${booking.meetingType.hasNda ? '/my-booking/sign' : '/my-booking'}#${token}`);
      return;
    }
    this.board.asking = null;
    this.failure = result.failure;
    if (result.failure.code === 'slot_taken' || result.failure.code === 'slot_not_offered') {
      this.#refused = slot;
      await this.board.reload();
    }
  }

  /** The answers to this agreement's questions; a link may have brought others. */
  #ownAnswers(typed: Record<string, string>): Record<string, string> {
    const questions = this.#page.meetingType.nda?.questions ?? [];
    return Object.fromEntries(questions.map(({ name, value }) => [name, typed[name] ?? value]));
  }
}

const addressSelection = {
  zone: zoneInAddress,
  setZone: (zone: string) => router.setQuery({ tz: zone, date: null }, { replace: true }),
  month: () => matching('month', /^\d{4}-(0[1-9]|1[0-2])$/),
  date: () => {
    const slot = slotInAddress();
    return matching('date', /^\d{4}-\d{2}-\d{2}$/) ?? (slot === null ? null : dateIn(zoneInAddress(), new Date(slot)));
  },
  setDay: (month: string, date: string | null) => router.setQuery({ month, date }, { replace: true }),
  marked: slotInAddress,
  choose: (slot: string | null) =>
    router.setQuery(slot === null ? { slot } : { slot, date: dateIn(zoneInAddress(), new Date(slot)) }),
};

function zoneInAddress(): string {
  const zone = router.query.get('tz');
  return zone !== null && isZone(zone) ? zone : deviceZone();
}

function slotInAddress(): string | null {
  const slot = router.query.get('slot');
  return slot === null || Number.isNaN(Date.parse(slot)) ? null : new Date(slot).toISOString();
}

function matching(name: string, pattern: RegExp): string | null {
  const value = router.query.get(name);
  return value !== null && pattern.test(value) && !Number.isNaN(Date.parse(value)) ? value : null;
}

function durationInAddress({ meetingType }: MeetingTypePage): number {
  const asked = Number(router.query.get('duration'));
  return meetingType.durationsMinutes.includes(asked) ? asked : (meetingType.durationsMinutes[0] ?? 30);
}

function shapeOf(page: MeetingTypePage): Shape {
  const { bufferBeforeMinutes, bufferAfterMinutes } = page.meetingType;
  return { durationMinutes: durationInAddress(page), bufferBeforeMinutes, bufferAfterMinutes };
}
