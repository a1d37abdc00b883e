import { ENGLISH_NDA } from './default-text-english.ts';
import { GERMAN_NDA } from './default-text-german.ts';
import type { OwnVariable } from './variables.ts';

export type DefaultTemplate = {
  name: string;
  title: string;
  language: string;
  source: string;
  ownVariables: OwnVariable[];
};

/**
 * What an organization starts with: a mutual agreement, so that either side may speak freely. Plain words, common terms, no
 * penalties. It is a starting point that the organization's counsel should read, as the dashboard says beside it.
 */
export const defaultTemplates: readonly DefaultTemplate[] = [english(), german()];

/** The default in the language, else in English. @param language BCP 47. */
export function defaultTemplate(language: string): DefaultTemplate {
  const primary = language.toLowerCase().split('-')[0];
  return defaultTemplates.find((template) => template.language.split('-')[0] === primary) ?? english();
}

function english(): DefaultTemplate {
  return {
    name: 'Mutual NDA',
    title: 'Mutual Non-Disclosure Agreement',
    language: 'en',
    ownVariables: [
      hostVariable('confidentialityYears', 'Years for which information stays confidential', true, '3'),
      hostVariable('governingLaw', 'Law that governs the agreement, as in "the laws of Ireland"', false, ''),
    ],
    source: ENGLISH_NDA,
  };
}

function german(): DefaultTemplate {
  return {
    name: 'Gegenseitige Vertraulichkeitsvereinbarung',
    title: 'Gegenseitige Vertraulichkeitsvereinbarung',
    language: 'de',
    ownVariables: [
      hostVariable('confidentialityYears', 'Jahre, für die Informationen vertraulich bleiben', true, '3'),
      hostVariable('governingLaw', 'Anwendbares Recht, etwa „das Recht der Bundesrepublik Deutschland“', false, ''),
    ],
    source: GERMAN_NDA,
  };
}

function hostVariable(name: string, label: string, required: boolean, value: string): OwnVariable {
  return { name, label, filledBy: 'host', required, value };
}
