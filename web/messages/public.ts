import { language } from './language.svelte.ts';
import { publicDe } from './public-de.ts';
import { publicEn, type PublicMessages } from './public-en.ts';

/** Sentences about the product itself; they come with the pages that say them, in both languages. */
export const about = {
  get t(): PublicMessages {
    return language.locale === 'de' ? publicDe : publicEn;
  },
};
