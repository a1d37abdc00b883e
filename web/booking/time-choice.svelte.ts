import { live, type Membership } from '../live/connection.svelte.ts';
import { language } from '../messages/language.svelte.ts';
import { monthOf, shiftMonth, type LocalDate, type Month } from '../time/calendar.ts';
import { clock } from '../time/format.ts';
import { clockChoice } from '../time/time-style.svelte.ts';
import { changesBetween, dateIn } from '../time/zones.ts';
import { announcer } from '../ui/announcer.svelte.ts';
import type { SlotBoard } from './slot-board.svelte.ts';
import { firstDateIn } from './slots.ts';

/** Where a choice of time is kept: the booking page keeps it in its address, the dialog that moves a booking in itself. */
export type Selection = {
  zone: () => string;
  setZone: (zone: string) => void;
  month: () => Month | null;
  date: () => LocalDate | null;
  setDay: (month: Month, date: LocalDate | null) => void;
  marked: () => string | null;
  choose: (start: string | null) => void;
};

/** Month, day and times of one host's meeting, kept true by the live connection. */
export class TimeChoiceState {
  readonly board: SlotBoard;
  readonly #selection: Selection;
  /** Null: nothing tells of changes; the server has the last word anyway. */
  readonly #hostId: string | null;
  nextFree: LocalDate | null = $state(null);
  searched: boolean = $state(false);
  #last: string | null = null;
  #membership: Membership | null = null;

  constructor(board: SlotBoard, selection: Selection, hostId: string | null) {
    this.board = board;
    this.#selection = selection;
    this.#hostId = hostId;
    board.onTaken = (starts) => this.#tell(starts);
  }

  get zone(): string {
    return this.#selection.zone();
  }
  get today(): LocalDate {
    return dateIn(this.zone, new Date());
  }
  get month(): Month {
    return this.#selection.month() ?? monthOf(this.#selection.date() ?? this.today);
  }
  /** The chosen day, or the first free one of the month, so that times are on the screen at once. */
  get date(): LocalDate | null {
    const chosen = this.#selection.date();
    if (chosen !== null && chosen.startsWith(this.month)) return chosen;
    return firstDateIn(this.board.days, this.month);
  }
  get free(): readonly string[] {
    return this.date === null ? [] : (this.board.days.get(this.date) ?? []);
  }
  get marked(): string | null {
    return this.#selection.marked() ?? this.#last;
  }
  get loading(): boolean {
    return !this.board.months.has(this.month) && this.board.failure === null;
  }
  get monthEmpty(): boolean {
    return !this.loading && firstDateIn(this.board.days, this.month) === null;
  }
  /** The day whose offset the zone is shown with. */
  get zoneInstant(): Date {
    return new Date(`${this.date ?? `${this.month}-15`}T12:00:00Z`);
  }
  get clockChanges(): boolean {
    const from = new Date(`${this.month}-01T00:00:00Z`);
    return changesBetween(this.zone, from, new Date(`${shiftMonth(this.month, 1)}-01T00:00:00Z`));
  }

  setMonth(month: Month): void {
    this.#selection.setDay(month, null);
  }
  setDate(date: LocalDate): void {
    this.#selection.setDay(monthOf(date), date);
  }
  setZone(zone: string): void {
    this.#selection.setZone(zone);
  }
  choose(start: string | null): void {
    if (start !== null) this.#last = start;
    this.#selection.choose(start);
  }

  /** To be called whenever the month in view changes: loads it, and looks ahead when it is empty. */
  async show(): Promise<void> {
    const { month } = this;
    this.nextFree = null;
    this.searched = false;
    await this.board.show(month);
    this.#join();
    if (month !== this.month || !this.monthEmpty || this.board.failure !== null) return;
    const next = await this.board.firstFreeFrom(shiftMonth(month, 1));
    if (month !== this.month) return;
    this.nextFree = next;
    this.searched = true;
  }

  retry(): void {
    this.board.failure = null;
    void this.show();
  }

  dispose(): void {
    this.#membership?.leave();
    this.board.dispose();
  }

  #join(): void {
    if (this.#membership !== null || this.board.position === null || this.#hostId === null) return;
    this.#membership = live.join(
      { room: 'host', hostId: this.#hostId, position: this.board.position },
      { news: (news) => this.board.onNews(news), reload: () => void this.#catchUp() },
    );
  }

  async #catchUp(): Promise<void> {
    this.board.position = null;
    await this.board.reload();
    this.#membership?.resume(this.board.position ?? 0);
  }

  /** A start whose going is this page's own doing, and no news to its reader. */
  protected get own(): string | null {
    return null;
  }

  #tell(starts: string[]): void {
    const seen = starts.filter((start) => start !== this.own && dateIn(this.zone, new Date(start)) === this.date);
    const style = clockChoice.style(this.zone);
    for (const start of seen) announcer.say(language.t.booking.noticeTaken(clock(start, style)));
  }
}
