/** What a guest has typed; it outlives the form, so that going back for another time loses nothing. */
export type TypedDetails = { name: string; email: string; note: string; answers: Record<string, string> };

/** A link may bring what is known already: `name`, `email`, `note`, and `answer.<variable>`. */
export function detailsFromQuery(query: URLSearchParams): TypedDetails {
  const answers = [...query].filter(([key]) => key.startsWith('answer.')).map(([key, value]) => [key.slice(7), value]);
  return {
    name: query.get('name') ?? '',
    email: query.get('email') ?? '',
    note: query.get('note') ?? '',
    answers: Object.fromEntries(answers) as Record<string, string>,
  };
}

let carried: TypedDetails | null = null;

/** Takes details along to the next booking page of this visit: in memory, since an address is seen by others. */
export function carryDetails(details: Partial<TypedDetails>): void {
  carried = { name: '', email: '', note: '', answers: {}, ...details };
}

export function takeCarried(): TypedDetails | null {
  const details = carried;
  carried = null;
  return details;
}
