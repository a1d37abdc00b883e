/** The views of the list of bookings that have a tab of their own. */
export const bookingViews = ['upcoming', 'waiting', 'past', 'canceled', 'all'] as const;
export type BookingView = (typeof bookingViews)[number];

export const bookingsPerPage = 25;

/** What the dashboard's address asks of the list of bookings. The server reads it as the page does: the first answer comes with the page. */
export type BookingsAsked = { view: BookingView; q?: string; hostId?: string; meetingTypeId?: string };

export function bookingsAsked(address: URLSearchParams): BookingsAsked {
  const given = (name: string): string => address.get(name) ?? '';
  const [words, host, type] = [given('q'), given('host'), given('type')];
  return {
    view: bookingViews.find((name) => name === address.get('view')) ?? 'upcoming',
    ...(words === '' ? {} : { q: words }),
    ...(host === '' ? {} : { hostId: host }),
    ...(type === '' ? {} : { meetingTypeId: type }),
  };
}

/** A question as its address puts it, below the API's own: the same on both sides, so that an answer that came with the page is found. */
export function addressOfQuestion(path: string, query: Readonly<Record<string, unknown>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `${path}${search.size > 0 ? `?${search.toString()}` : ''}`;
}
