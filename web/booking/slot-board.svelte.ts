import { SvelteSet } from 'svelte/reactivity';
import type { LiveNews } from '#contract/live.ts';
import type { Slots } from '#contract/public-pages.ts';
import type { Failure, Result } from '../api/client.ts';
import { shiftMonth, type LocalDate, type Month } from '../time/calendar.ts';
import { rangeOf, without, withMonth, type Days, type Shape, type SlotChange } from './slots.ts';

export type SlotSource = (query: {
  from: string;
  to: string;
  timeZone: string;
  durationMinutes: number;
}) => Promise<Result<Slots>>;

/** How long a time that went away is still shown, as gone. */
const farewellMs = 2_600;
/** Changes kept to be applied again to an answer that was on its way while they came. */
const memory = 200;

/**
 * The free times a page shows, month by month, kept true by the live connection: what is taken goes at once, what is released is read
 * anew, since only the server knows which starts an interval gives back.
 */
export class SlotBoard {
  days: Days = $state.raw(new Map());
  failure: Failure | null = $state.raw(null);
  /** Months whose times are here. */
  readonly months = new SvelteSet<Month>();
  /** Starts that were taken a moment ago, to be shown as such. */
  readonly justTaken = new SvelteSet<string>();
  position: number | null = $state.raw(null);

  readonly #source: SlotSource;
  readonly #now: () => number;
  #zone: string;
  #shape: Shape;
  #generation = 0;
  #changes: SlotChange[] = [];
  #refresh: ReturnType<typeof setTimeout> | null = null;
  onTaken: (starts: string[]) => void = () => undefined;
  /** A start that this page is asking for right now: the news of its being taken is most likely our own, and the answer tells if not. */
  asking: string | null = null;

  constructor(source: SlotSource, zone: string, shape: Shape, now: () => number = Date.now) {
    this.#source = source;
    this.#zone = zone;
    this.#shape = shape;
    this.#now = now;
  }

  /** Another zone or duration makes every known time a different one. */
  reshape(zone: string, shape: Shape): void {
    if (zone === this.#zone && shape.durationMinutes === this.#shape.durationMinutes) return;
    this.#zone = zone;
    this.#shape = shape;
    this.#generation += 1;
    this.months.clear();
    this.days = new Map();
  }

  /** The month, then its neighbour, so that the next page is there before it is asked for. */
  async show(month: Month): Promise<void> {
    if (!this.months.has(month)) await this.#load(month);
    const next = shiftMonth(month, 1);
    if (this.failure === null && !this.months.has(next)) await this.#load(next);
  }

  async reload(): Promise<void> {
    await Promise.all([...this.months].map((month) => this.#load(month)));
  }

  /** The first date with a free time from a month on, up to half a year ahead. */
  async firstFreeFrom(month: Month): Promise<LocalDate | null> {
    const { from } = rangeOf(month);
    const { to } = rangeOf(shiftMonth(month, 6));
    const answer = await this.#ask(from, to);
    if (!answer.ok) return null;
    return answer.value.days.find(({ date, slots }) => date >= `${month}-01` && slots.length > 0)?.date ?? null;
  }

  onNews(news: LiveNews): void {
    if (news.kind !== 'slot') return;
    this.#changes = [...this.#changes.slice(1 - memory), news];
    if (news.state === 'released') {
      this.#reloadIn(0);
      return;
    }
    this.#take(news);
    // A limit per day may have closed more than the interval itself.
    this.#reloadIn(1_500);
  }

  has(start: string): boolean {
    return [...this.days.values()].some((starts) => starts.includes(start));
  }

  dispose(): void {
    if (this.#refresh !== null) clearTimeout(this.#refresh);
    this.#generation += 1;
  }

  #take(change: SlotChange): void {
    const { days, taken } = without(this.days, this.#shape, change);
    if (taken.length === 0) return;
    this.days = days;
    if (this.asking !== null && taken.includes(this.asking)) return;
    for (const start of taken) this.justTaken.add(start);
    setTimeout(() => taken.forEach((start) => this.justTaken.delete(start)), farewellMs);
    this.onTaken(taken);
  }

  #reloadIn(delayMs: number): void {
    if (this.#refresh !== null) clearTimeout(this.#refresh);
    this.#refresh = setTimeout(() => void this.reload(), delayMs);
  }

  async #load(month: Month): Promise<void> {
    const generation = this.#generation;
    const { from, to } = rangeOf(month);
    const answer = await this.#ask(from, to);
    if (generation !== this.#generation) return;
    if (!answer.ok) {
      this.failure = answer.failure;
      return;
    }
    this.failure = null;
    const { position, days } = answer.value;
    this.position ??= position;
    this.days = this.#later(withMonth(this.days, month, days), position);
    this.months.add(month);
  }

  /** What was taken after the answer was made must not come back with it. */
  #later(days: Days, position: number): Days {
    const taken = this.#changes.filter((change) => change.position > position && change.state !== 'released');
    return taken.reduce((left, change) => without(left, this.#shape, change).days, days);
  }

  #ask(from: string, to: string): Promise<Result<Slots>> {
    const now = new Date(this.#now()).toISOString();
    return this.#source({
      from: from < now ? now : from,
      to: to < now ? now : to,
      timeZone: this.#zone,
      durationMinutes: this.#shape.durationMinutes,
    });
  }
}
