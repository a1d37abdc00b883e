import { de } from './de.ts';
import { en } from './en.ts';
import type { Language } from './language.ts';

const languages: Record<string, Language> = { de, en };

/**
 * The language for a recipient, and the locale that writes its times: the recipient's own where we speak its language, else
 * British English, whose dates and hours cannot be misread.
 */
export function chooseLanguage(locale: string): { language: Language; locale: string } {
  const code = locale.toLowerCase().split('-')[0] ?? '';
  const language = languages[code];
  if (language === undefined || !isLocale(locale))
    return { language: language ?? en, locale: language === de ? 'de' : 'en-GB' };
  return { language, locale };
}

function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
