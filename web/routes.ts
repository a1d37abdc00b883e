import type { RouteTable } from './router.svelte.ts';
import BookingView from './views/BookingView.svelte';

/** Which address shows which page. Fixed addresses come first; the hosts' own pages take what is left. */
export const table: RouteTable = {
  '/': () => import('./views/HomeView.svelte'),
  '/my-booking': () => import('./views/MyBookingView.svelte'),
  '/my-booking/sign': () => import('./views/SignView.svelte'),
  '/link-over': () => import('./views/LinkOverView.svelte'),
  '/verify': () => import('./views/VerifyView.svelte'),
  '/legal': () => import('./views/LegalView.svelte'),
  '/security': () => import('./views/SecurityView.svelte'),
  '/log-in': () => import('./views/LogInView.svelte'),
  '/log-in/return/:provider': () => import('./views/LogInReturnView.svelte'),
  '/sign-up': () => import('./views/SignUpView.svelte'),
  '/reset-password': () => import('./views/ResetPasswordView.svelte'),
  '/invitation': () => import('./views/InvitationView.svelte'),
  '/verify-email': () => import('./views/VerifyEmailView.svelte'),
  '/dashboard': () => import('./views/BookingsView.svelte'),
  '/dashboard/bookings/:id': () => import('./views/HostBookingView.svelte'),
  '/dashboard/start': () => import('./views/StartView.svelte'),
  '/dashboard/availability': () => import('./views/AvailabilityView.svelte'),
  '/dashboard/meeting-types': () => import('./views/MeetingTypesView.svelte'),
  '/dashboard/meeting-types/:id': () => import('./views/MeetingTypeView.svelte'),
  '/dashboard/nda-templates': () => import('./views/NdaTemplatesView.svelte'),
  '/dashboard/nda-templates/:id': () => import('./views/NdaTemplateView.svelte'),
  '/dashboard/insights': () => import('./views/InsightsView.svelte'),
  '/dashboard/privacy': () => import('./views/PrivacyView.svelte'),
  '/dashboard/operations': () => import('./views/OperationsView.svelte'),
  '/dashboard/members': () => import('./views/MembersView.svelte'),
  '/dashboard/organization': () => import('./views/OrganizationView.svelte'),
  '/dashboard/audit': () => import('./views/AuditView.svelte'),
  '/dashboard/embed': () => import('./views/EmbedView.svelte'),
  '/dashboard/api-keys': () => import('./views/ApiKeysView.svelte'),
  '/dashboard/account': () => import('./views/AccountView.svelte'),
  '/:hostSlug': () => import('./views/HostView.svelte'),
  // The page most people come for is in the first file.
  '/:hostSlug/:meetingTypeSlug': () => Promise.resolve({ default: BookingView }),
};
