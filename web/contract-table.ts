import type { Plugin } from 'vite';
import { problems } from '#contract/problems.ts';
import { routes } from '#contract/routes.ts';

const name = 'virtual:contract';

/**
 * Gives the browser what it needs of the contract at run time — method and path of each route, the sentence of each problem — without the
 * schemas: those are types by the time they reach the page, and their library would be half of what a guest downloads.
 */
export function contractTable(): Plugin {
  const endpoints = Object.fromEntries(
    Object.entries(routes).map(([route, { method, path, audience }]) => [route, { method, path, audience }]),
  );
  const sentences = Object.fromEntries(Object.entries(problems).map(([code, { title }]) => [code, title]));
  return {
    name: 'contract-table',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: (id) =>
      id === `\0${name}`
        ? `export const endpoints = ${JSON.stringify(endpoints)};\nexport const problemSentences = ${JSON.stringify(sentences)};`
        : null,
  };
}
