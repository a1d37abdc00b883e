import Handlebars from 'handlebars';
import type { TemplatePlace, TemplateProblem, VariableUse } from '#domain/nda/check.ts';

/** A template after reading: all that is left of Handlebars. It can show a value and ask whether there is one, nothing more. */
export type Step =
  | { kind: 'text'; text: string }
  | { kind: 'value'; name: string }
  | { kind: 'condition'; name: string; filled: readonly Step[]; empty: readonly Step[] };

export type TemplateReading = { steps: Step[]; uses: VariableUse[]; problems: TemplateProblem[] };

const NESTING_LIMIT = 20;

/**
 * Reads the source with Handlebars' own parser and keeps what is allowed: `{{name}}`, `{{#if name}}`, `{{#unless name}}`, `{{else}}`
 * and comments. Nothing is compiled or run, so there are no helpers, partials or object paths to be misused.
 */
export function readProgram(source: string): TemplateReading {
  const reading: TemplateReading = { steps: [], uses: [], problems: [] };
  const raw = source.indexOf('{{{{');
  if (raw !== -1) return { ...reading, problems: [notAllowed('Raw blocks', placeOf(source, raw))] };
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(source);
  } catch (error) {
    return { ...reading, problems: [syntaxProblem(error)] };
  }
  reading.steps = readStatements(program.body, new Set(), 0, reading);
  return reading;
}

type Findings = Pick<TemplateReading, 'uses' | 'problems'>;

function readStatements(
  statements: readonly hbs.AST.Statement[],
  filled: ReadonlySet<string>,
  depth: number,
  findings: Findings,
): Step[] {
  return statements.flatMap((statement) => readStatement(statement, filled, depth, findings));
}

function readStatement(
  statement: hbs.AST.Statement,
  filled: ReadonlySet<string>,
  depth: number,
  findings: Findings,
): Step[] {
  switch (statement.type) {
    case 'ContentStatement':
      return [{ kind: 'text', text: (statement as hbs.AST.ContentStatement).value }];
    case 'CommentStatement':
      return [];
    case 'MustacheStatement':
      return readValue(statement as hbs.AST.MustacheStatement, filled, findings);
    case 'BlockStatement':
      return readCondition(statement as hbs.AST.BlockStatement, filled, depth, findings);
    default:
      findings.problems.push(notAllowed('Includes and decorators', place(statement)));
      return [];
  }
}

function readValue(statement: hbs.AST.MustacheStatement, filled: ReadonlySet<string>, findings: Findings): Step[] {
  const name = plainName(statement.path);
  const bare = statement.params.length === 0 && statement.hash === undefined;
  if (name === null || !bare || !statement.escaped) {
    const what = statement.escaped
      ? 'Anything but a variable between {{ and }}'
      : 'Unescaped output ({{{ }}} and {{& }})';
    findings.problems.push(notAllowed(what, place(statement)));
    return [];
  }
  findings.uses.push({ name, kind: 'value', guarded: filled.has(name), ...place(statement) });
  return [{ kind: 'value', name }];
}

function readCondition(
  block: hbs.AST.BlockStatement,
  filled: ReadonlySet<string>,
  depth: number,
  findings: Findings,
): Step[] {
  const keyword = plainName(block.path);
  const name = block.params.length === 1 && block.params[0] !== undefined ? plainName(block.params[0]) : null;
  const parts = [block.program, block.inverse] as (hbs.AST.Program | undefined)[];
  const plain = block.hash === undefined && parts.every((part) => (part?.blockParams ?? []).length === 0);
  if ((keyword !== 'if' && keyword !== 'unless') || name === null || !plain) {
    findings.problems.push(notAllowed('Blocks other than {{#if name}} and {{#unless name}}', place(block)));
    return [];
  }
  if (depth >= NESTING_LIMIT) {
    findings.problems.push(notAllowed(`Blocks more than ${NESTING_LIMIT} deep`, place(block)));
    return [];
  }
  findings.uses.push({ name, kind: 'condition', guarded: false, ...place(block) });
  const [whenFilled, whenEmpty] = keyword === 'if' ? parts : [parts[1], parts[0]];
  const known = new Set(filled).add(name);
  const unknown = new Set([...filled].filter((other) => other !== name));
  return [
    {
      kind: 'condition',
      name,
      filled: readStatements(whenFilled?.body ?? [], known, depth + 1, findings),
      empty: readStatements(whenEmpty?.body ?? [], unknown, depth + 1, findings),
    },
  ];
}

/** A name as one would write it, `guest.name`; null for literals, `../`, `@data`, `this`, `[brackets]` and slashes. */
function plainName(expression: hbs.AST.Expression | hbs.AST.PathExpression): string | null {
  if (expression.type !== 'PathExpression') return null;
  const path = expression as hbs.AST.PathExpression;
  const name = path.parts.join('.');
  const plain = !path.data && path.depth === 0 && path.original === name && /^[A-Za-z][A-Za-z0-9.]*$/.test(name);
  return plain ? name : null;
}

function notAllowed(what: string, at: TemplatePlace): TemplateProblem {
  return { code: 'not_allowed', place: at, message: `${what}: not allowed in a template.` };
}

/** The parser counts columns from 0. */
function place(node: hbs.AST.Node): TemplatePlace {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}

export function placeOf(source: string, index: number): TemplatePlace {
  const before = source.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Its errors tell the place in a property or in the words "Parse error on line 3:", with a ruler of dashes for the column. */
function syntaxProblem(error: unknown): TemplateProblem {
  const { message, lineNumber, column } = error as { message: string; lineNumber?: number; column?: number };
  const line = lineNumber ?? Number(/on line (\d+)/.exec(message)?.[1] ?? 1);
  const excerpt = /line \d+:\n(.*)\n/.exec(message)?.[1];
  const near = excerpt === undefined ? message : `near "${excerpt.slice(-60)}"`;
  return {
    code: 'syntax',
    place: { line, column: (column ?? 0) + 1 },
    message: `This is not a complete template: ${near}. Check that every {{ has its }} and every {{#if}} its {{/if}}.`,
  };
}
