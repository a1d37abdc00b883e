import { SvelteSet } from 'svelte/reactivity';
import type { LiveNews } from '#contract/live.ts';
import type { Slots } from '#contract/public-pages.ts';
import type { Failure, Result } from '../api/client.ts';
import { shiftMonth, type LocalDate, type Month } from '../time/calendar.ts';
import { byDate, rangeOf, without, withMonth, type Days, type Shape, type SlotChange } from './slots.ts';

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
  readonly #loading = new Map<Month, Promise<void>>();
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
    this.#loading.clear();
    this.months.clear();
    this.days = new Map();
  }

  /** The times that came with the page, under this board's dates; of another duration, they are not this board's. */
  open(month: Month, slots: Slots): void {
    if (slots.durationMinutes !== this.#shape.durationMinutes) return;
    this.#keep(month, slots.timeZone === this.#zone ? slots : { ...slots, days: byDate(slots.days, this.#zone) });
  }

  /** The month; then, without anybody waiting, its neighbours, so that the next page is there before it is asked for. */
  async show(month: Month): Promise<void> {
    await this.#have(month);
    if (this.failure !== null) return;
    for (const neighbour of [shiftMonth(month, 1), shiftMonth(month, -1)]) void this.#have(neighbour);
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

  /** One question per month is under way, however many want its answer. */
  #have(month: Month): Promise<void> {
    if (this.months.has(month)) return Promise.resolve();
    const underWay = this.#loading.get(month);
    if (underWay !== undefined) return underWay;
    const asked = this.#load(month).finally(() => {
      if (this.#loading.get(month) === asked) this.#loading.delete(month);
    });
    this.#loading.set(month, asked);
    return asked;
  }

  async #load(month: Month): Promise<void> {
    if (rangeOf(month).to < new Date(this.#now()).toISOString()) return void this.months.add(month);
    const generation = this.#generation;
    const { from, to } = rangeOf(month);
    const answer = await this.#ask(from, to);
    if (generation !== this.#generation) return;
    if (!answer.ok) {
      this.failure = answer.failure;
      return;
    }
    this.failure = null;
    this.#keep(month, answer.value);
  }

  #keep(month: Month, { position, days }: Slots): void {
    this.position ??= position;
    this.days = this.#later(withMonth(this.days, month, days), position);
    this.months.add(month);
  }

  /** What was taken after the answer was made must not come back with it. */
  #later(days: Days, position: number): Days {
    const taken = this.#changes.filter((change) => change.position > position && change.state !== 'released');
    return taken.reduce((left, change) => without(left, this.#shape, change).days, days);
  }

  /** Whole months, also when they have begun: every viewer asks the same, and the server answers from memory. */
  #ask(from: string, to: string): Promise<Result<Slots>> {
    return this.#source({
      from,
      to,
      timeZone: this.#zone,
      durationMinutes: this.#shape.durationMinutes,
    });
  }
}
