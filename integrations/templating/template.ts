import { checkUses } from '#domain/nda/check.ts';
import type { TemplateProblem } from '#domain/nda/check.ts';
import { plainLine } from '#domain/nda/values.ts';
import type { NdaValues } from '#domain/nda/values.ts';
import type { OwnVariable } from '#domain/nda/variables.ts';
import {
  agreementHtml,
  agreementText,
  escapeHtml,
  hasPlaceHolder,
  placeHolder,
  PLACE_HOLDER_LIMIT,
} from './agreement-markdown.ts';
import { placeOf, readProgram } from './program.ts';
import type { Step } from './program.ts';

/** In UTF-16 units; a page of an agreement has about 3,000. */
export const TEMPLATE_SOURCE_LIMIT = 60_000;

/** Everything that is wrong with a template, in the order of the source. Empty: every booking can fill it. */
export function checkTemplate(source: string, own: readonly OwnVariable[]): TemplateProblem[] {
  if (source.length > TEMPLATE_SOURCE_LIMIT) {
    const message = `The text has ${source.length} characters, ${TEMPLATE_SOURCE_LIMIT} are allowed.`;
    return [{ code: 'too_large', message }];
  }
  const { uses, problems } = readProgram(source);
  const found = [...checkCharacters(source), ...problems];
  if (uses.length > PLACE_HOLDER_LIMIT) {
    found.push({
      code: 'too_large',
      message: `The text uses variables ${uses.length} times, ${PLACE_HOLDER_LIMIT} are allowed.`,
    });
  }
  // With broken syntax nothing is known about uses, and "you did not name the guest" would only mislead.
  const readable = !problems.some((problem) => problem.code === 'syntax');
  return readable ? [...found, ...checkUses(uses, own)] : found;
}

/** A stored template that does not pass `checkTemplate` with these values: not for the guest to see. */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
  readonly problems: readonly TemplateProblem[];
  constructor(problems: readonly TemplateProblem[]) {
    super(`The template cannot be filled: ${problems.map((problem) => problem.message).join(' ')}`);
    this.problems = problems;
  }
}

export type RenderedTemplate = {
  /** A fragment for a page: `<h1>` title, then the text; each value in `<mark><bdi>`. No attribute holds template text. */
  html: string;
  /** The same words without markup. */
  text: string;
};

/**
 * Pure: the same template and values give the same text.
 * @throws TemplateRefused when a value is missing or the source is not one that `checkTemplate` accepts.
 */
export function renderTemplate(input: { title: string; source: string; values: NdaValues }): RenderedTemplate {
  const { title, source, values } = input;
  const { steps, problems } = readProgram(source);
  const refused = [...checkCharacters(source), ...problems];
  const shown: string[] = [];
  const body = write(steps, values, shown, refused);
  if (shown.length > PLACE_HOLDER_LIMIT)
    refused.push({ code: 'too_large', message: 'The text uses too many variables.' });
  if (refused.length > 0) throw new TemplateRefused(refused);
  const heading = plainLine(title);
  return {
    html: `<h1>${escapeHtml(heading)}</h1>\n${agreementHtml(body, shown)}`,
    text: `${heading}\n\n${agreementText(body, shown)}`,
  };
}

function write(steps: readonly Step[], values: NdaValues, shown: string[], refused: TemplateProblem[]): string {
  return steps
    .map((step) => {
      if (step.kind === 'text') return step.text;
      const value = Object.hasOwn(values, step.name) ? plainLine(values[step.name] ?? '') : '';
      if (step.kind === 'condition') return write(value === '' ? step.empty : step.filled, values, shown, refused);
      if (value === '') {
        const message = `There is no value for {{${step.name}}}.`;
        refused.push({ code: 'value_missing', name: step.name, message });
      }
      shown.push(value);
      return placeHolder(shown.length - 1);
    })
    .join('');
}

/** What could pass for a place holder or mislead about the text's order, and HTML, which would be shown as it is written. */
function checkCharacters(source: string): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const hidden = source.search(/[\u202A-\u202E\u2066-\u2069]|[^\P{Cc}\t\r\n]/u);
  const index = hidden === -1 && hasPlaceHolder(source) ? source.search(/[\uE000-\uF8FF]/) : hidden;
  if (index !== -1) {
    const message = 'The text has an invisible control character here: remove it.';
    problems.push({ code: 'not_allowed', place: placeOf(source, index), message });
  }
  const tag = source.search(/<\/?[A-Za-z][^<>]*>|<!--/);
  if (tag !== -1) {
    problems.push({
      code: 'not_allowed',
      place: placeOf(source, tag),
      message: 'HTML: not allowed in a template, use Markdown.',
    });
  }
  return problems;
}
