import { sql } from 'slonik';

/**
 * For the `with` list of a statement that is a transaction by itself and promises nothing to anybody: it commits without waiting for the disk.
 * What is committed after it, and does wait, is on disk only with it. The statement has to select from `without_waiting`, or it is left out.
 * Source: PostgreSQL's documentation, "Asynchronous Commit".
 */
export const withoutWaiting = sql.fragment`without_waiting as materialized (select set_config('synchronous_commit', 'off', true))`;
