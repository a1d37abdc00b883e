import { untrack } from 'svelte';

/** What assistive technology should hear, politely, though nothing with focus changed. */
class Announcer {
  text: string = $state('');

  say(text: string): void {
    // The same sentence twice would be no change to a live region.
    this.text = untrack(() => this.text) === text ? `${text}\u00a0` : text;
  }
}

export const announcer = new Announcer();
