import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dynamicSettings } from './temporal.ts';

test('the development settings reach the server as they stand in temporal-config', () => {
  const yaml = readFileSync(join(import.meta.dirname, '..', '..', 'temporal-config', 'development.yaml'), 'utf8');
  const settings = dynamicSettings(yaml);
  expect(settings).toContainEqual(['history.transferProcessorMaxPollRPS', '1000']);
  expect(settings).toContainEqual(['system.enableActivityEagerExecution', 'true']);
  expect(settings).toContainEqual(['history.transferProcessorUpdateAckInterval', '"1s"']);
  expect(settings.length).toBe(yaml.match(/- value:/g)?.length);
});

test('a setting that the development server could not take is refused, not dropped', () => {
  const conditional = 'a.b:\n  - value: 1\n    constraints: {namespace: x}\n';
  expect(() => dynamicSettings(conditional)).toThrow(/constraints/);
  expect(() => dynamicSettings('a.b:\nc.d:\n  - value: 1\n')).toThrow(/a\.b/);
});
