/** What Node and its libraries throw under no name of its own: the code, if there is one, says more. */
const nameless: ReadonlySet<string> = new Set(['Error', 'TypeError', 'AggregateError']);

/**
 * The kind of a failure, for places that operators read and that must name no person: the error's class, or the operating system's code
 * (`ENOSPC`, `ECONNREFUSED`; of a failed `fetch` it is in the cause).
 */
export function kindOfFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  if (!nameless.has(error.name)) return error.name;
  return systemCodeOf(error) ?? systemCodeOf(error.cause) ?? error.name;
}

function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^(E[A-Z]{2,}|UND_ERR_[A-Z_]+)$/.test(error.code) ? error.code : undefined;
}
