import { checkOwnVariables, fixedVariables } from './variables.ts';
import type { OwnVariable, OwnVariableProblem } from './variables.ts';

/** One place in a template's source. Both count from 1. */
export type TemplatePlace = { line: number; column: number };

/** A variable as the source names it. `guarded`: stands where it is known to have a value. */
export type VariableUse = TemplatePlace & { name: string; kind: 'value' | 'condition'; guarded: boolean };

export type TemplateProblemCode =
  | OwnVariableProblem
  | 'unknown_variable'
  | 'optional_unguarded'
  | 'own_unused'
  | 'party_missing'
  | 'syntax'
  | 'not_allowed'
  | 'too_large'
  | 'value_missing';

/** Why a template cannot be saved. Without a place when it is about the template as a whole. */
export type TemplateProblem = { code: TemplateProblemCode; message: string; name?: string; place?: TemplatePlace };

/**
 * Whether every booking can fill this template: each variable known, optional ones guarded, own ones declared well and used, and
 * both parties named, since an agreement that does not say between whom it is proves little.
 */
export function checkUses(uses: readonly VariableUse[], own: readonly OwnVariable[]): TemplateProblem[] {
  const optional = new Map<string, boolean>(fixedVariables.map((variable) => [variable.name, variable.optional]));
  for (const variable of own) optional.set(variable.name, !variable.required);
  return [
    ...checkOwnVariables(own).map(({ name, problem }) => ({ code: problem, name, message: ownProblem(problem, name) })),
    ...uses.flatMap((use) => checkUse(use, optional)),
    ...own.filter(({ name }) => !uses.some((use) => use.name === name)).map(({ name }) => unused(name)),
    ...checkParties(uses),
  ];
}

function checkUse(use: VariableUse, optional: ReadonlyMap<string, boolean>): TemplateProblem[] {
  const { name, line, column } = use;
  const place = { line, column };
  const isOptional = optional.get(name);
  if (isOptional === undefined) {
    const suggestion = nearest(name, [...optional.keys()]);
    const hint = suggestion === null ? '' : ` Did you mean {{${suggestion}}}?`;
    return [{ code: 'unknown_variable', name, place, message: `There is no variable {{${name}}}.${hint}` }];
  }
  if (isOptional && use.kind === 'value' && !use.guarded) {
    const message = `{{${name}}} can be empty: put it inside {{#if ${name}}} … {{/if}}.`;
    return [{ code: 'optional_unguarded', name, place, message }];
  }
  return [];
}

function checkParties(uses: readonly VariableUse[]): TemplateProblem[] {
  const has = (name: string): boolean => uses.some((use) => use.name === name && use.kind === 'value');
  const problems: TemplateProblem[] = [];
  if (!has('guest.name')) {
    problems.push({
      code: 'party_missing',
      name: 'guest.name',
      message: 'The text must name the guest: {{guest.name}}.',
    });
  }
  if (!has('organization.name') && !has('host.name')) {
    const message = 'The text must name your side: {{organization.name}} or {{host.name}}.';
    problems.push({ code: 'party_missing', name: 'organization.name', message });
  }
  return problems;
}

function unused(name: string): TemplateProblem {
  return { code: 'own_unused', name, message: `The variable {{${name}}} is declared, but the text does not use it.` };
}

function ownProblem(problem: OwnVariableProblem, name: string): string {
  switch (problem) {
    case 'own_name_invalid':
      return `"${name}" cannot be a variable's name: start with a small letter, then letters and digits, 40 at most.`;
    case 'own_name_repeated':
      return `The variable {{${name}}} is declared twice.`;
    case 'host_value_missing':
      return `The variable {{${name}}} is filled in by you: give it a value, or make it optional.`;
  }
}

/** A known name at most two letters away, as after a slip of the finger. */
function nearest(name: string, known: readonly string[]): string | null {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= 2 ? best.candidate : null;
}

function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return 3;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
