import type { BusyInterval } from '#domain/slots/claims.ts';
import type { CaseInput } from './format.ts';
export function busyTimesOf(_ics: string[] | string[][] | string, _zone: string, _input: CaseInput): BusyInterval[] {
  return [];
}
