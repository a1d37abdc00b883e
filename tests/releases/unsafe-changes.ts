import { parse } from 'libpg-query';
import { z } from 'zod';

/** Of the parser's tree, what the rules look at; names and numbers as Postgres' own sources call them. */
const Column = z.object({
  colname: z.string().default(''),
  constraints: z.array(z.object({ Constraint: z.object({ contype: z.string() }) })).default([]),
});
const Command = z.object({
  subtype: z.string(),
  name: z.string().optional(),
  def: z
    .object({
      ColumnDef: Column.optional(),
      Constraint: z.object({ contype: z.string(), conname: z.string().optional() }).optional(),
    })
    .optional(),
});
const Relation = z.object({ relname: z.string() });
const Statement = z.object({
  CreateStmt: z.object({ relation: Relation }).optional(),
  AlterTableStmt: z
    .object({ relation: Relation, cmds: z.array(z.object({ AlterTableCmd: Command })).default([]) })
    .optional(),
  IndexStmt: z.object({ idxname: z.string().optional(), unique: z.boolean().optional() }).optional(),
  DropStmt: z.object({ removeType: z.string(), objects: z.array(z.unknown()) }).optional(),
  RenameStmt: z.object({ renameType: z.string() }).optional(),
});
const Tree = z.object({
  stmts: z
    .array(z.object({ stmt: Statement, stmt_location: z.number().default(0), stmt_len: z.number().optional() }))
    .default([]),
});

/** Without these, a row that old code writes still is one, and what it reads is still there. */
const harmlessToDrop = new Set([
  'OBJECT_INDEX',
  'OBJECT_TRIGGER',
  'OBJECT_POLICY',
  'OBJECT_RULE',
  'OBJECT_STATISTIC_EXT',
]);
const fillsItself = new Set(['CONSTR_DEFAULT', 'CONSTR_GENERATED', 'CONSTR_IDENTITY']);
const mustBeFilled = new Set(['CONSTR_NOTNULL', 'CONSTR_PRIMARY']);
const said = /^\s*--\s*contract:\s*\S+/m;

/**
 * What the previous release's code would stumble over, a sentence for each: something it reads is gone or has another name or
 * type, or a row it writes is refused. Expand in one release, contract in a later one; a statement that contracts says so in a
 * comment above it (`-- contract: nobody reads it since 1.3.0`), and is let through.
 */
export async function unsafeChanges(migration: string): Promise<string[]> {
  const up = migration.split(/^-- migrate:down/m)[0] ?? '';
  const { stmts } = Tree.parse(await parse(up));
  const made = new Set(stmts.flatMap(({ stmt }) => (stmt.CreateStmt ? [stmt.CreateStmt.relation.relname] : [])));
  const keys = new Set(stmts.flatMap(({ stmt }) => keysMadeBy(stmt)));
  return stmts.flatMap(({ stmt, stmt_location: from, stmt_len: length }, index) => {
    const before = stmts[index - 1];
    const comments = textOf(up, (before?.stmt_location ?? 0) + (before?.stmt_len ?? 0), from);
    const text = textOf(up, from, length === undefined ? undefined : from + length);
    if (said.test(comments + text)) return [];
    return problemsOf(stmt, made, keys).map((problem) => `${problem}: ${firstLine(text)}`);
  });
}

/** Names of what must be unique from here on. */
function keysMadeBy({ IndexStmt: index, AlterTableStmt: change }: z.infer<typeof Statement>): string[] {
  if (index?.unique && index.idxname !== undefined) return [index.idxname];
  const constraints = change?.cmds.flatMap(({ AlterTableCmd: { def } }) => def?.Constraint ?? []) ?? [];
  return constraints.flatMap(({ contype, conname }) => (contype === 'CONSTR_UNIQUE' && conname ? [conname] : []));
}

function problemsOf(stmt: z.infer<typeof Statement>, made: ReadonlySet<string>, keys: ReadonlySet<string>): string[] {
  if (stmt.RenameStmt) return ['renames'];
  if (stmt.DropStmt) {
    if (!harmlessToDrop.has(stmt.DropStmt.removeType)) return ['drops'];
    const dropped = JSON.stringify(stmt.DropStmt.objects);
    return [...keys].filter((key) => dropped.includes(`"${key}"`)).map(otherKey);
  }
  const { AlterTableStmt: change } = stmt;
  if (!change || made.has(change.relation.relname)) return [];
  return change.cmds.flatMap(({ AlterTableCmd: command }) => {
    const { subtype, name = '' } = command;
    if (subtype === 'AT_DropConstraint') return keys.has(name) ? [otherKey(name)] : [];
    return problemOf(command) ?? [];
  });
}

function otherKey(name: string): string {
  return `makes ${name} about other columns, where old code says ON CONFLICT`;
}

function problemOf({ subtype, name, def }: z.infer<typeof Command>): string | undefined {
  if (subtype === 'AT_DropColumn') return `drops the column ${name ?? ''}`;
  if (subtype === 'AT_AlterColumnType') return `changes the type of ${name ?? ''}`;
  if (subtype === 'AT_SetNotNull') return `demands a value for ${name ?? ''}`;
  if (subtype !== 'AT_AddColumn' || !def?.ColumnDef) return undefined;
  const kinds = def.ColumnDef.constraints.map(({ Constraint }) => Constraint.contype);
  const isDemanded = kinds.some((kind) => mustBeFilled.has(kind)) && !kinds.some((kind) => fillsItself.has(kind));
  return isDemanded ? `demands a value for the new column ${def.ColumnDef.colname}` : undefined;
}

/** The parser counts bytes. */
function textOf(sql: string, from: number, to: number | undefined): string {
  return Buffer.from(sql, 'utf8').subarray(from, to).toString('utf8');
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '' && !line.trim().startsWith('--'))
      ?.trim() ?? ''
  );
}
