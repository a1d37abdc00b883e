import { addressOfQuestion, bookingsAsked, bookingsPerPage } from '#contract/dashboard.ts';
import { reachOf } from '#contract/permissions.ts';
import { routes } from '#contract/routes.ts';
import type { HostCaller, HostIdentity } from '../auth/identity.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import type { Opening } from './shell.ts';

type Name = 'bookingTotals' | 'listBookings' | 'listMeetingTypes' | 'listMembers';
type Question = { name: Name; query: Readonly<Record<string, unknown>> };
/** What these handlers read of a request. */
type Asked = { who: HostCaller; query: unknown };

export type Answering = Pick<Handlers, Name>;

/** What the dashboard's first page asks once it knows who reads it, answered as the API would, by the address of each question. */
export async function firstAnswers(
  answering: Answering,
  who: HostIdentity,
  address: URLSearchParams,
): Promise<Opening> {
  const found = await Promise.all(questionsOf(who, address).map((question) => answerTo(answering, who, question)));
  return Object.fromEntries(found.flat());
}

function questionsOf(who: HostIdentity, address: URLSearchParams): Question[] {
  return [
    { name: 'bookingTotals', query: {} },
    { name: 'listMeetingTypes', query: {} },
    { name: 'listBookings', query: { ...bookingsAsked(address), limit: bookingsPerPage } },
    ...(reachOf('listBookings', who) === 'organization' ? [{ name: 'listMembers' as const, query: {} }] : []),
  ];
}

/** Nothing for what is refused: the page asks for itself, and tells why. */
async function answerTo(
  answering: Answering,
  who: HostIdentity,
  { name, query }: Question,
): Promise<[string, string][]> {
  const reach = reachOf(name, who);
  const { path, ...route } = routes[name];
  const parsed = 'query' in route ? route.query.safeParse(query) : { success: true as const, data: undefined };
  if (reach === 'none' || !parsed.success) return [];
  const answer = answering[name] as unknown as (asked: Asked) => Promise<unknown>;
  try {
    const given = await answer({ who: { ...who, reach }, query: parsed.data });
    return [[addressOfQuestion(path, query), JSON.stringify(given)]];
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}
