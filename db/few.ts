import { sql, type PrimitiveValueExpression } from 'slonik';

/**
 * Lists as parameters one by one, for statements that are asked often with few of them. A list that is one array is planned anew each time, as its
 * plan depends on how many are in it (PostgreSQL's documentation, PREPARE, "Notes"), and for these that takes longer than answering. Filled up with
 * the last one to a power of two: so there are few texts to plan.
 */
function filledUp<T>(values: readonly T[]): T[] {
  const last = values.at(-1);
  if (last === undefined) throw new Error('There is nothing in the list.');
  const count = 2 ** Math.ceil(Math.log2(values.length));
  return Array.from({ length: count }, (_, index) => values[index] ?? last);
}

/** For `in`: `(a, b, b, b)`. @throws when there are none. */
export function fewOf(values: readonly PrimitiveValueExpression[], type: 'uuid' | 'int8') {
  return sql.fragment`(${sql.join(
    filledUp(values).map((value) => typed(value, type)),
    comma,
  )})`;
}

/** For `from`, where a row that stands there twice changes nothing: `(values (a, 1), (b, 2))`. @throws when there are none. */
export function fewRows(rows: readonly (readonly PrimitiveValueExpression[])[], types: readonly ColumnType[]) {
  const row = (values: readonly PrimitiveValueExpression[]) =>
    sql.fragment`(${sql.join(
      types.map((type, index) => typed(values[index] ?? null, type)),
      comma,
    )})`;
  return sql.fragment`(values ${sql.join(filledUp(rows).map(row), comma)})`;
}

type ColumnType = keyof typeof casts;
const comma = sql.fragment`, `;
const casts = {
  uuid: sql.fragment`::uuid`,
  int8: sql.fragment`::int8`,
  text: sql.fragment`::text`,
} as const;

const typed = (value: PrimitiveValueExpression, type: ColumnType) => sql.fragment`${value}${casts[type]}`;
