import { createGuesses } from './auth/guesses.ts';
import type { Limiter } from './limits.ts';
import type { ApiParts } from './parts.ts';
import type { Handlers } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { documentLinkRoutes } from './routes/document-links.ts';
import { auditLogRoutes } from './routes/audit-log.ts';
import { guestBookingRoutes } from './routes/guest-booking.ts';
import { guestPages } from './routes/guest-pages.ts';
import { hold } from './routes/hold.ts';
import { hostBookingRoutes } from './routes/host-bookings.ts';
import { insightRoutes } from './routes/insights.ts';
import { logInElsewhereRoutes } from './routes/log-in-elsewhere.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { memberRoutes } from './routes/members.ts';
import { offerRoutes } from './routes/offer.ts';
import { pageTraceRoutes } from './routes/page-traces.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { signingKeyRoutes } from './routes/signing-keys.ts';
import { signingRoutes } from './routes/signing.ts';
import { twoFactorRoutes } from './routes/two-factor.ts';
import { verificationRoutes } from './routes/verification.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import type { SlotsShortcut } from './slots-shortcut.ts';
import { createTurnstile } from './turnstile.ts';

/** One handler for each route of the contract: one that is missing does not compile. */
export function handlers(parts: ApiParts, limiter: Limiter, shortcut: SlotsShortcut): Handlers {
  const auth = { limiter, guesses: createGuesses(parts) };
  return {
    ...accountRoutes(parts, auth),
    ...sessionRoutes(parts, auth),
    ...passwordRoutes(parts, auth),
    ...twoFactorRoutes(parts, auth),
    ...logInElsewhereRoutes(parts, auth),
    ...apiKeyRoutes(parts),
    ...auditLogRoutes(parts),
    ...memberRoutes(parts),
    ...invitationRoutes(parts, auth),
    ...offerRoutes(parts),
    ...hostBookingRoutes(parts),
    ...insightRoutes(parts),
    ...guestPages(parts, shortcut),
    ...pageTraceRoutes(),
    ...hold(parts, createTurnstile()),
    ...guestBookingRoutes(parts),
    ...documentLinkRoutes(parts),
    ...privacyRoutes(parts),
    ...signingKeyRoutes(parts),
    ...signingRoutes(parts),
    ...verificationRoutes(parts),
    ...webhookRoutes(parts),
  };
}
