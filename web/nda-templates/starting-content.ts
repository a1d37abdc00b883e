import type { NdaTemplateContent } from '#contract/nda-templates.ts';
import { defaultTemplate } from '#domain/nda/default-template.ts';

/** A good agreement to start from, in the host's language; they read and change it before it is published. */
export function startingTemplate(locale: 'en' | 'de'): { name: string; content: NdaTemplateContent } {
  const { name, title, source, ownVariables } = defaultTemplate(locale);
  return {
    name,
    content: { title, source, ownVariables, language: locale, emailCodeRequired: false, renewOnReschedule: false },
  };
}
