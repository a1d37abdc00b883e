import type { Schedule, ScheduleRules } from '#contract/schedules.ts';
import { api, newIdempotencyKey, type Failure } from '../api/client.ts';
import { copyToWorkdays, windowsFit } from './week.ts';
import { weekdays, type Weekday, type Weekly } from './weekdays.ts';

/** A schedule while it is edited; what was saved last can be had back. */
export class ScheduleDraft {
  name: string = $state('');
  isDefault: boolean = $state(false);
  rules: ScheduleRules = $state.raw(emptyRules);
  busy: boolean = $state(false);
  failure: Failure | null = $state.raw(null);
  saved: boolean = $state(false);
  #kept: Schedule = $state.raw({ id: '', name: '', isDefault: false, rules: emptyRules });

  readonly #hostId: string | undefined;

  /** @param hostId whose it is, if not one's own */
  constructor(schedule: Schedule, hostId?: string) {
    this.#hostId = hostId;
    this.#take(schedule);
  }

  get id(): string {
    return this.#kept.id;
  }
  /** As it was saved last: what meeting types go by. */
  get isKeptDefault(): boolean {
    return this.#kept.isDefault;
  }
  get changed(): boolean {
    return this.rules !== this.#kept.rules || this.name !== this.#kept.name || this.isDefault !== this.#kept.isDefault;
  }
  get fit(): boolean {
    return (
      this.name.trim() !== '' &&
      weekdays.every((day) => windowsFit(this.rules.weekly[day])) &&
      this.rules.overrides.every(({ windows }) => windowsFit(windows))
    );
  }

  setRules(rules: ScheduleRules): void {
    this.rules = rules;
    this.saved = false;
  }
  setDay(day: Weekday, windows: Weekly[Weekday]): void {
    this.setRules({ ...this.rules, weekly: { ...this.rules.weekly, [day]: windows } });
  }
  copyDay(day: Weekday): void {
    this.setRules({ ...this.rules, weekly: copyToWorkdays(this.rules.weekly, day) });
  }
  undo(): void {
    this.#take(this.#kept);
  }

  /** Another one is the default now. */
  yieldDefault(): void {
    this.#kept = { ...this.#kept, isDefault: false };
    this.isDefault = false;
  }

  async save(): Promise<void> {
    this.busy = true;
    const body = { name: this.name.trim(), isDefault: this.isDefault, rules: this.rules };
    const answer =
      this.id === ''
        ? await api.call('createSchedule', { query: ofHost(this.#hostId), body, idempotencyKey: newIdempotencyKey() })
        : await api.call('changeSchedule', { params: { id: this.id }, body });
    this.busy = false;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return;
    this.#take(answer.value);
    this.saved = true;
  }

  async remove(): Promise<boolean> {
    this.busy = true;
    const answer = this.id === '' ? null : await api.call('deleteSchedule', { params: { id: this.id } });
    this.busy = false;
    this.failure = answer?.ok === false ? answer.failure : null;
    return this.failure === null;
  }

  #take(schedule: Schedule): void {
    this.#kept = schedule;
    this.name = schedule.name;
    this.isDefault = schedule.isDefault;
    this.rules = schedule.rules;
  }
}

/** The query that names a host whose things are meant; nobody: one's own. */
export const ofHost = (hostId: string | undefined): { hostId?: string } => (hostId === undefined ? {} : { hostId });

const emptyRules: ScheduleRules = {
  timeZone: 'UTC',
  weekly: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] },
  overrides: [],
  blackouts: [],
  travel: [],
};

/** Monday to Friday, nine to five: a start that many people only need to look at. */
export function usualRules(timeZone: string): ScheduleRules {
  const day: [string, string][] = [['09:00', '17:00']];
  return { ...emptyRules, timeZone, weekly: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [], sun: [] } };
}
