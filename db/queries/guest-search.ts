import { sql } from 'slonik';
import type { PersonalCipher } from '../personal.ts';

/** A condition on `booking`: the guest's name and address have words that begin so, whichever key their hashes were made with. */
export function foundBy(
  cipher: PersonalCipher,
  organizationId: string,
  query: string,
): ReturnType<typeof sql.fragment> {
  const byKey = cipher
    .searchWords(organizationId, query)
    .map((words) => sql.fragment`guest_search @> ${sql.array(words, 'text')}`);
  return sql.fragment`(${sql.join(byKey, sql.fragment` or `)})`;
}
