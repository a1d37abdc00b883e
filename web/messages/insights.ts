import { insightsDe } from './insights-de.ts';
import { insightsEn, type InsightsMessages } from './insights-en.ts';
import { language } from './language.svelte.ts';

/** Sentences of the insights page; they come with it, in both languages. */
export const insights = {
  get t(): InsightsMessages {
    return language.locale === 'de' ? insightsDe : insightsEn;
  },
};
