import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SlotCase } from './format.ts';

/** The cases of a file, or of every JSON file in a folder and below: `{cases: […]}`, a bare list, or a single case. */
export function loadCases(path: string): SlotCase[] {
  if (!statSync(path).isDirectory()) return casesIn(path);
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => casesIn(join(path, name)));
}

function casesIn(file: string): SlotCase[] {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const cases = Array.isArray(content)
    ? content
    : isObject(content) && Array.isArray(content['cases'])
      ? content['cases']
      : [content];
  return cases.map((item: unknown, index) => {
    if (!isObject(item) || !isObject(item['input']) || !isObject(item['expect'])) {
      throw new Error(`${file}: entry ${index + 1} is not a slot case (it needs id, input and expect)`);
    }
    return item as SlotCase;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
