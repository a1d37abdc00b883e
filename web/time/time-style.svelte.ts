import { recall, remember } from '../device.ts';
import { language } from '../messages/language.svelte.ts';
import { defaultHourCycle, type HourCycle, type TimeStyle } from './format.ts';

/** How this reader likes the clock; what the language does, until they say. */
class ClockChoice {
  #chosen: HourCycle | null = $state(read());

  get hourCycle(): HourCycle {
    return this.#chosen ?? defaultHourCycle(language.dateLocale);
  }

  set(value: HourCycle): void {
    this.#chosen = value;
    remember('clock', value);
  }

  style(zone: string): TimeStyle {
    return { locale: language.dateLocale, zone, hourCycle: this.hourCycle };
  }
}

function read(): HourCycle | null {
  const value = recall('clock');
  return value === 'h12' || value === 'h23' ? value : null;
}

export const clockChoice = new ClockChoice();
