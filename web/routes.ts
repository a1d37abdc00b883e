import BookingView from './views/BookingView.svelte';
import type { RouteTable } from './router.svelte.ts';

/** Which address shows which page. Fixed addresses come first; the host's own pages take what is left. */
export const table: RouteTable = {
  '/': () => import('./views/HomeView.svelte'),
  '/my-booking': () => import('./views/MyBookingView.svelte'),
  '/my-booking/sign': () => import('./views/SignView.svelte'),
  '/:hostSlug': () => import('./views/HostView.svelte'),
  // The page most people come for is in the first file.
  '/:hostSlug/:meetingTypeSlug': () => Promise.resolve({ default: BookingView }),
};
