import { asOrganization } from '#db/pool.ts';
import { readInsightDays, readTimeToSign, readTotals } from '#db/queries/insights.ts';
import { scopeOf } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

const daysMax = 366;
const dayMs = 86_400_000;
/** Upper bounds of the time to sign, in seconds: a minute, two, five, ten, half an hour, a day. */
const boundsSeconds = [60, 120, 300, 600, 1_800, 86_400];

export function insightRoutes({ database, clock }: ApiParts): Pick<Handlers, 'insights' | 'bookingTotals'> {
  return {
    insights: async ({ who, query }) => {
      const days = (Date.parse(query.to) - Date.parse(query.from)) / dayMs;
      if (days < 0) throw new Refused('validation_failed', { errors: [reversed] });
      if (days > daysMax) throw new Refused('range_too_long', { errors: [tooLong] });
      const filter = { ...query, organizationId: who.organizationId, timeZone: who.timeZone };
      return asOrganization(database, scopeOf(who), async (tx) => {
        const { counts, ...timeToSign } = await readTimeToSign(tx, filter, boundsSeconds);
        const spread = counts.map((count, place) => ({ underSeconds: boundsSeconds[place] ?? null, count }));
        return {
          timeZone: who.timeZone,
          days: [...(await readInsightDays(tx, filter))],
          timeToSign: { ...timeToSign, spread },
        };
      });
    },
    bookingTotals: async ({ who }) => {
      const totals = await asOrganization(database, scopeOf(who), (tx) =>
        readTotals(tx, who.organizationId, who.timeZone),
      );
      return { ...totals, serverTime: clock.now().toISOString() };
    },
  };
}

const tooLong = { field: 'query.to', code: 'range_too_long', message: 'Ask for at most 366 days at a time.' };
const reversed = { field: 'query.to', code: 'reversed', message: 'The last day is before the first.' };
