import { GuestToken } from './primitives.ts';
import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/accounts.ts';
import { guestRoutes } from './routes/guest.ts';
import { hostBookingRoutes } from './routes/host-bookings.ts';
import { insightRoutes } from './routes/insights.ts';
import { logInElsewhereRoutes } from './routes/log-in-elsewhere.ts';
import { meetingTypeRoutes } from './routes/meeting-types.ts';
import { ndaTemplateRoutes } from './routes/nda-templates.ts';
import { operationRoutes } from './routes/operations.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { verificationRoutes } from './routes/verification.ts';
import type { Route } from './routes/route.ts';

export type { Audience, Route } from './routes/route.ts';

/** Paths are under /api/v1. */
export const routes = {
  ...accountRoutes,
  ...accessRoutes,
  ...logInElsewhereRoutes,
  ...organizationRoutes,
  ...scheduleRoutes,
  ...meetingTypeRoutes,
  ...ndaTemplateRoutes,
  ...hostBookingRoutes,
  ...insightRoutes,
  ...guestRoutes,
  ...privacyRoutes,
  ...verificationRoutes,
  ...operationRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
/** What a guest sends as `Authorization: Bearer …`. */
export const GuestAuthorization = GuestToken;
