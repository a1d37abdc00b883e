import type { Failure } from '../api/client.ts';
import { recall, remember } from '../device.ts';
import { en, type Messages } from './en.ts';

export const locales = ['en', 'de'] as const;
export type Locale = (typeof locales)[number];
export const localeNames: Record<Locale, string> = { en: 'English', de: 'Deutsch' };

/** The sentences on the page. English is always there; another language comes before the first paint, or not at all. */
class Language {
  locale: Locale = $state('en');
  t: Messages = $state.raw(en);
  readonly ready: Promise<void>;

  constructor() {
    this.ready = this.#use(wanted());
  }

  async set(locale: Locale): Promise<void> {
    remember('locale', locale);
    await this.#use(locale);
  }

  /** For dates and numbers: the reader's own variety of the language, when there is one. */
  get dateLocale(): string {
    const own = navigator.languages.find((name) => name.toLowerCase().startsWith(this.locale) && isLanguageTag(name));
    return own === undefined || own === 'en' ? { en: 'en-GB', de: 'de-DE' }[this.locale] : own;
  }

  /** What happened and what to do, for a refusal of the API. */
  problem(failure: Failure): string {
    return this.t.problems[failure.code];
  }

  async #use(locale: Locale): Promise<void> {
    this.t = locale === 'de' ? (await import('./de.ts')).de : en;
    this.locale = locale;
    document.documentElement.lang = locale;
  }
}

/** Some systems name a language in a way that Intl refuses, such as en-US@posix. */
function isLanguageTag(name: string): boolean {
  try {
    return Intl.getCanonicalLocales(name).length === 1;
  } catch {
    return false;
  }
}

function wanted(): Locale {
  const asked = new URLSearchParams(location.search).get('lang') ?? recall('locale');
  const names = asked === null ? navigator.languages : [asked, ...navigator.languages];
  for (const name of names) {
    const found = locales.find((locale) => name.toLowerCase().startsWith(locale));
    if (found !== undefined) return found;
  }
  return 'en';
}

export const language = new Language();
