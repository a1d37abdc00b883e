import type { Client } from 'pg';
import type { Slots } from '#contract/public-pages.ts';
import { eventually, send, type Reachable, type TestHost, type TestType } from './people.ts';

export const dayMs = 86_400_000;
export const iso = (instant: number): string => new Date(instant).toISOString();
/** Four whole days from the day after tomorrow on: what is asked about. */
export const from = (Math.floor(Date.now() / dayMs) + 2) * dayMs;
export const date = (day: number): string => iso(from + day * dayMs).slice(0, 10);

export function pathOf(slug: string, type: TestType, query: Record<string, string> = {}): string {
  return `/pages/${slug}/${type.slug}/slots?${new URLSearchParams({ from: iso(from), to: iso(from + 4 * dayMs), ...query }).toString()}`;
}

export async function askSlots(
  product: Reachable,
  of: TestHost,
  type: TestType,
  query: Record<string, string> = {},
): Promise<Slots> {
  const { status, body } = await send<Slots>(product, 'GET', pathOf(of.slug, type, query));
  if (status !== 200) throw new Error(`Slots were answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

export const startsOf = (answer: Slots): string[] => answer.days.flatMap(({ slots }) => slots);

/** What reaches memory does so within milliseconds; a busy machine gets longer. */
export const untilTimes = (
  product: Reachable,
  of: TestHost,
  type: TestType,
  areRight: (starts: string[]) => boolean,
): Promise<string[]> => eventually(async () => startsOf(await askSlots(product, of, type)), areRight, 15_000);

/** Whether the answer comes although nothing can be read from the database. */
async function isFromMemory(product: Reachable, superuser: Client, of: TestHost, type: TestType): Promise<boolean> {
  await superuser.query('begin; lock table meeting_type in access exclusive mode');
  try {
    return await fetch(`${product.baseUrl}/api/v1${pathOf(of.slug, type)}`, {
      signal: AbortSignal.timeout(300),
    }).then(
      ({ status }) => status === 200,
      () => false,
    );
  } finally {
    await superuser.query('rollback');
  }
}

export const untilFromMemory = (
  product: Reachable,
  superuser: Client,
  of: TestHost,
  type: TestType,
): Promise<boolean> =>
  eventually(
    async () => {
      await askSlots(product, of, type);
      return isFromMemory(product, superuser, of, type);
    },
    (fromMemory) => fromMemory,
  );
