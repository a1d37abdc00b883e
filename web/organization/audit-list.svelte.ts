import type { z } from 'zod';
import type { AuditEvent, AuditFilter } from '#contract/bookings.ts';
import { api, type Failure } from '../api/client.ts';

export type AuditRow = z.infer<typeof AuditEvent>;
type Query = z.input<typeof AuditFilter>;

/** The audit log, filtered, page by page; a later question makes an earlier answer void. */
export class AuditList {
  rows: AuditRow[] = $state.raw([]);
  nextCursor: string | null = $state(null);
  loaded: boolean = $state(false);
  failure: Failure | null = $state.raw(null);
  #query: Query = {};
  #generation = 0;

  async show(query: Query): Promise<void> {
    this.#query = query;
    const generation = ++this.#generation;
    const answer = await api.call('listAuditEvents', { query });
    if (generation !== this.#generation) return;
    this.loaded = true;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return;
    this.rows = answer.value.items;
    this.nextCursor = answer.value.nextCursor;
  }

  async more(): Promise<void> {
    if (this.nextCursor === null) return;
    const generation = this.#generation;
    const answer = await api.call('listAuditEvents', { query: { ...this.#query, cursor: this.nextCursor } });
    if (generation !== this.#generation) return;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return;
    this.rows = [...this.rows, ...answer.value.items];
    this.nextCursor = answer.value.nextCursor;
  }
}
