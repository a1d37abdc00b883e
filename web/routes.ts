import type { RouteTable } from './router.svelte.ts';
import BookingView from './views/BookingView.svelte';

/** Which address shows which page. Fixed addresses come first; the hosts' own pages take what is left. */
export const table: RouteTable = {
  '/': () => import('./views/HomeView.svelte'),
  '/my-booking': () => import('./views/MyBookingView.svelte'),
  '/my-booking/sign': () => import('./views/SignView.svelte'),
  '/log-in': () => import('./views/LogInView.svelte'),
  '/sign-up': () => import('./views/SignUpView.svelte'),
  '/reset-password': () => import('./views/ResetPasswordView.svelte'),
  '/verify-email': () => import('./views/VerifyEmailView.svelte'),
  '/dashboard': () => import('./views/BookingsView.svelte'),
  '/dashboard/bookings/:id': () => import('./views/HostBookingView.svelte'),
  '/:hostSlug': () => import('./views/HostView.svelte'),
  // The page most people come for is in the first file.
  '/:hostSlug/:meetingTypeSlug': () => Promise.resolve({ default: BookingView }),
};
