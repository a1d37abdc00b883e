type Meeting = { title: string; location: string; startsAt: string; endsAt: string; with: string };

const compact = (at: string) => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** Google Calendar's event template (action=TEMPLATE), times in UTC. */
export function googleLink({ title, location, startsAt, endsAt, with: host }: Meeting): string {
  const query = new URLSearchParams({
    action: 'TEMPLATE',
    text: `${title} · ${host}`,
    dates: `${compact(startsAt)}/${compact(endsAt)}`,
    location,
  });
  return `https://calendar.google.com/calendar/render?${query}`;
}

/** Outlook on the web's compose deep link, times in UTC. */
export function outlookLink({ title, location, startsAt, endsAt, with: host }: Meeting): string {
  const query = new URLSearchParams({
    path: '/calendar/action/compose',
    rru: 'addevent',
    subject: `${title} · ${host}`,
    startdt: new Date(startsAt).toISOString(),
    enddt: new Date(endsAt).toISOString(),
    location,
  });
  return `https://outlook.live.com/calendar/0/deeplink/compose?${query}`;
}
