import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixedVariables } from './variables.ts';

test('the documentation lists exactly the variables that there are', () => {
  const page = readFileSync(new URL('../../docs/nda-templates.md', import.meta.url), 'utf8');
  const lines = page.split('\n').map((line) => line.replace(/ +/g, ' '));
  const rows = lines.filter((line) => line.startsWith('| `'));
  expect(rows).toEqual(
    fixedVariables.map(({ name, description, sample, optional }) => {
      return `| \`${name}\`${optional ? ' (may be empty)' : ''} | ${description} | ${sample} |`;
    }),
  );
});
