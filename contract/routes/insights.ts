import * as insights from '../insights.ts';
import { ok, type Route } from './route.ts';

export const insightRoutes = {
  insights: {
    method: 'get',
    path: '/insights',
    summary: 'Views, bookings, signatures and no-shows by day, and how long signing took',
    audience: 'host',
    tag: 'bookings',
    query: insights.InsightsQuery,
    success: ok(insights.Insights),
    problems: ['range_too_long'],
  },
  bookingTotals: {
    method: 'get',
    path: '/booking-totals',
    summary: 'How many bookings are upcoming, waiting, or in need of a look',
    audience: 'host',
    tag: 'bookings',
    success: ok(insights.BookingTotals),
  },
} as const satisfies Record<string, Route>;
