import { randomUUID } from 'node:crypto';
import { type APIRequestContext, type BrowserContext, request } from '@playwright/test';
import type { Me } from '#contract/accounts.ts';
import type { HostBooking } from '#contract/bookings.ts';
import type { MeetingType, MeetingTypeInput } from '#contract/meeting-types.ts';
import type { NdaTemplate } from '#contract/nda-templates.ts';
import { defaultTemplate } from '#domain/nda/default-template.ts';
import { systemUnderTest } from './system.ts';

const password = 'correct horse battery staple';
const always = [['00:00', '24:00']];

/** A host of a test's own, so that nobody else holds its slots: free around the clock, with an agreement. */
export class TestHost {
  readonly email: string;
  readonly me: Me;
  readonly ndaTemplateId: string;
  readonly #api: APIRequestContext;

  constructor(api: APIRequestContext, email: string, me: Me, ndaTemplateId: string) {
    this.#api = api;
    this.email = email;
    this.me = me;
    this.ndaTemplateId = ndaTemplateId;
  }

  get password(): string {
    return password;
  }

  /** A meeting type that can be booked at once; `path` is its page. */
  async meetingType(overrides: Partial<MeetingTypeInput> = {}): Promise<MeetingType & { path: string }> {
    const slug = `m-${randomUUID().slice(0, 8)}`;
    const type = await this.send<MeetingType>('post', '/meeting-types', {
      ...{ title: 'A meeting', slug, durationsMinutes: [60], noticeMinutes: 0, holdMinutes: 10 },
      ...overrides,
    });
    return { ...type, path: new URL(type.url).pathname };
  }

  async cancel(bookingId: string): Promise<void> {
    await this.send('post', `/bookings/${bookingId}/cancel`, { reason: '' });
  }

  async newestBooking(): Promise<HostBooking> {
    const list = await this.send<{ items: HostBooking[] }>('get', '/bookings?view=all&limit=100');
    const newest = list.items.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
    if (newest === undefined) throw new Error('this host has no booking');
    return newest;
  }

  /** Makes a browser this host's: the session is a cookie. */
  async enter(context: BrowserContext): Promise<void> {
    const { cookies } = await this.#api.storageState();
    await context.addCookies(cookies);
  }

  async send<T>(method: 'get' | 'post' | 'put', path: string, data?: unknown): Promise<T> {
    return read<T>(
      await this.#api.fetch(`/api/v1${path}`, {
        method,
        headers: { 'x-csrf-token': this.me.csrfToken },
        ...(data === undefined ? {} : { data }),
      }),
    );
  }
}

export async function newHost(name = 'Test Host', base = systemUnderTest().base): Promise<TestHost> {
  const api = await request.newContext({ baseURL: base });
  const email = `host-${randomUUID().slice(0, 8)}@example.org`;
  const account = {
    email,
    password,
    name,
    organizationName: 'Test Organization',
    timeZone: 'Europe/Berlin',
    locale: 'en',
  };
  const me = await read<Me>(await api.post('/api/v1/accounts', { data: account }));
  const headers = { 'x-csrf-token': me.csrfToken };
  const schedules = await read<{ items: { id: string }[] }>(await api.get('/api/v1/schedules'));
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const rules = { timeZone: 'Europe/Berlin', weekly: Object.fromEntries(days.map((day) => [day, always])) };
  const schedule = { name: 'Always', isDefault: true, rules };
  const [known] = schedules.items;
  await read(
    known === undefined
      ? await api.post('/api/v1/schedules', { data: schedule, headers })
      : await api.put(`/api/v1/schedules/${known.id}`, { data: schedule, headers }),
  );
  const { name: templateName, title, source, ownVariables } = defaultTemplate('en');
  const content = { title, source, ownVariables, language: 'en', emailCodeRequired: false, renewOnReschedule: false };
  const template = await read<NdaTemplate>(
    await api.post('/api/v1/nda-templates', { data: { name: templateName, content }, headers }),
  );
  return new TestHost(api, email, me, template.id);
}

async function read<T>(response: {
  ok(): boolean;
  status(): number;
  url(): string;
  text(): Promise<string>;
}): Promise<T> {
  const text = await response.text();
  if (!response.ok()) throw new Error(`${response.status()} ${response.url()}: ${text}`);
  return JSON.parse(text) as T;
}
