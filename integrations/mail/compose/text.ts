import { chipShapes, type MailContent } from './content.ts';

/** The plain-text part: the same words in the same order as the HTML, links written out. */
export function renderText(content: MailContent): string {
  const [lead = '', ...further] = content.paragraphs;
  const facts = content.facts
    .map(({ label, lines }) => `${label}:\n${lines.map((line) => `  ${line}`).join('\n')}`)
    .join('\n');
  const action = content.action === null ? '' : `${content.action.label}:\n${content.action.url}`;
  const blocks = [
    content.organizationName,
    content.chip === null ? '' : `${chipShapes[content.chip.state]} ${content.chip.word}`,
    content.heading,
    content.greeting,
    lead,
    content.code ?? '',
    ...further,
    ...(content.isUrgent ? [action, facts] : [facts, action]),
    content.links.map(({ label, url }) => `${label}:\n${url}`).join('\n\n'),
    `-- \n${content.footer}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}
