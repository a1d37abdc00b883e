import type { z } from 'zod';
import type { NdaTemplate, NdaTemplateContent, NdaTemplateVersion } from '#contract/nda-templates.ts';
import { api, newIdempotencyKey, type Failure } from '../api/client.ts';

export type Version = z.infer<typeof NdaTemplateVersion>;

/** A pause in typing after which the preview follows. */
const previewDelayMs = 500;

/** A template's next version while it is written. */
export class TemplateDraft {
  name: string = $state('');
  content: NdaTemplateContent = $state({
    title: '',
    source: '',
    language: 'en',
    ownVariables: [],
    emailCodeRequired: false,
    renewOnReschedule: false,
  });
  template: NdaTemplate | null = $state.raw(null);
  versions: Version[] = $state.raw([]);
  html: string | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  busy: boolean = $state(false);
  published: number | null = $state(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #generation = 0;

  constructor(template: NdaTemplate | null, fresh: { name: string; content: NdaTemplateContent }) {
    this.template = template;
    this.name = template?.name ?? fresh.name;
    this.content = structuredClone(template?.current.content ?? fresh.content);
  }

  get changed(): boolean {
    return this.template === null || JSON.stringify(this.content) !== JSON.stringify(this.template.current.content);
  }

  preview(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#preview(), this.html === null ? 0 : previewDelayMs);
  }

  async publish(): Promise<NdaTemplate | null> {
    this.busy = true;
    const idempotencyKey = newIdempotencyKey();
    const content = $state.snapshot(this.content);
    const answer =
      this.template === null
        ? await api.call('createNdaTemplate', { body: { name: this.name.trim(), content }, idempotencyKey })
        : await api.call('publishNdaTemplate', { params: { id: this.template.id }, body: content, idempotencyKey });
    this.busy = false;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) return null;
    this.template = answer.value;
    this.published = answer.value.current.version;
    void this.loadVersions();
    return answer.value;
  }

  async loadVersions(): Promise<void> {
    if (this.template === null) return;
    const answer = await api.call('listNdaTemplateVersions', { params: { id: this.template.id } });
    if (answer.ok) this.versions = answer.value.items;
    else this.failure = answer.failure;
  }

  take(version: Version): void {
    this.content = structuredClone(version.content);
  }

  async pdf(): Promise<Blob | null> {
    const answer = await api.call('previewNdaPdf', { body: $state.snapshot(this.content) });
    this.failure = answer.ok ? null : answer.failure;
    return answer.ok ? answer.value : null;
  }

  async #preview(): Promise<void> {
    const generation = ++this.#generation;
    const answer = await api.call('previewNda', { body: $state.snapshot(this.content) });
    if (generation !== this.#generation) return;
    this.failure = answer.ok ? null : answer.failure;
    if (answer.ok) this.html = answer.value.html;
  }
}
