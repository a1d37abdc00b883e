import { hostDe } from './host-de.ts';
import { hostEn, type HostMessages } from './host-en.ts';
import { language } from './language.svelte.ts';

/** Sentences of the host's pages. They come with the dashboard's own file, in both languages. */
export const host = {
  get t(): HostMessages {
    return language.locale === 'de' ? hostDe : hostEn;
  },
};
