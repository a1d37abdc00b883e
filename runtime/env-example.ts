import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Setting, settings } from './settings.ts';

/** `.env.example`: every setting with its explanation; those with a default show it, commented out. */
export function envExample(): string {
  const entries = Object.entries(settings as Record<string, Setting>).map(([name, setting]) => {
    const needed = setting.needed === undefined ? [] : [`# Needed: ${setting.needed}.`];
    return [`# ${setting.explain}`, ...needed, `#${name}=${setting.default ?? ''}`].join('\n');
  });
  const head =
    '# All settings. Nothing here is needed for `npm start`, which reads the environment, and .env when there is one.\n' +
    '# Written from runtime/settings.ts by `node runtime/env-example.ts`.';
  return `${[head, ...entries].join('\n\n')}\n`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(join(import.meta.dirname, '..', '.env.example'), envExample());
}
