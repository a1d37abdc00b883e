import { randomUUID } from 'node:crypto';
import { checkEverything } from './checks.ts';
import { call, callWithHeaders, cookiesOf, type CallOptions, type Credentials } from './client.ts';
import { isComplete, typesSeenBy } from './expected-facts.ts';
import { openLiveRooms, type LiveRooms } from './live-rooms.ts';
import { waitForMail } from './mailbox.ts';
import { keep, keepEvents, prepareOutput } from './output.ts';
import { startTimeline, type Timeline } from './timeline.ts';
import type { RouteName } from '#contract/routes.ts';
import type { SigningSession } from '#contract/signing.ts';

export type DemoOptions = {
  /** Of the API and the live connection; no slash at the end. */
  baseUrl: string;
  /** A host with a meeting type that asks for an NDA. */
  login: { email: string; password: string };
  outputDir: string;
  /** How long a step behind the scenes may take. */
  stepTimeoutMs: number;
  say: (line: string) => void;
};

type Stage = DemoOptions & { timeline: Timeline; live: LiveRooms };
type Host = Credentials & { email: string; slug: string };

/**
 * One guest and one host, through nothing but what everybody has: the HTTP API, the live connection, the mailbox. What they get is left
 * in the output folder, also when a later step fails.
 * @throws with a sentence when a step fails, or something is missing or out of order at the end
 */
export async function playDemo(options: DemoOptions): Promise<void> {
  const timeline = startTimeline(options.say);
  const live = openLiveRooms(options.baseUrl, timeline.elapsedMs);
  const stage: Stage = { ...options, timeline, live };
  prepareOutput(options.outputDir);
  try {
    const host = await hostArrives(stage);
    const held = await guestHolds(stage, host);
    await hostSeesHold(stage, host, held.bookingId);
    await guestSigns(stage, held);
    await collect(stage, host, held);
  } finally {
    live.close();
    keepEvents(options.outputDir, live.seen);
  }
}

async function hostArrives({ baseUrl, login, timeline, live }: Stage): Promise<Host> {
  const host = await timeline.step('host', 'logs in', async () => {
    const { answer, headers } = await callWithHeaders(baseUrl, 'logIn', { body: login });
    return { cookie: cookiesOf(headers), csrf: answer.csrfToken, email: answer.email, slug: answer.host.slug };
  });
  await timeline.step('host', 'opens the dashboard, live', async () => {
    const { position } = await call(baseUrl, 'listBookings', {}, host);
    await live.join('host', { room: 'dashboard', position }, host.cookie);
  });
  return host;
}

/** A booking as its guest knows it. */
type Held = { bookingId: string; token: string; guest: { name: string; email: string } };

async function guestHolds({ baseUrl, timeline, live }: Stage, host: Host): Promise<Held> {
  const { type, liveRoom } = await timeline.step(
    'guest',
    'opens the booking page',
    async () => {
      const page = await call(baseUrl, 'hostPage', { params: { hostSlug: host.slug } });
      const withNda = page.meetingTypes.find(({ nda }) => nda !== null);
      if (!withNda) throw new Error(`${page.host.displayName} offers no meeting type with an NDA.`);
      const params = { hostSlug: host.slug, meetingTypeSlug: withNda.slug };
      const { meetingType, liveRoom: room } = await call(baseUrl, 'meetingTypePage', { params });
      return { type: meetingType, liveRoom: room };
    },
    (page) => `"${page.type.title}", ${page.type.durationsMinutes[0]} minutes, NDA needed`,
  );
  const slots = await timeline.step(
    'guest',
    'reads the free times',
    () => {
      const from = new Date();
      const to = new Date(from.getTime() + 60 * 86_400_000);
      const params = { hostSlug: host.slug, meetingTypeSlug: type.slug };
      const query = { from: from.toISOString(), to: to.toISOString() };
      return call(baseUrl, 'slots', { params, query });
    },
    ({ days }) => `${days.flatMap((day) => day.slots).length} of them`,
  );
  await timeline.step('guest', 'watches the page, live', () =>
    live.join('public', { room: 'host', hostId: liveRoom, position: slots.position }),
  );
  const startsAt = slots.days[0]?.slots[0];
  if (!startsAt) throw new Error('There is no free time in the next 60 days.');
  const guest = { name: 'Grace Guest', email: `grace-${randomUUID().slice(0, 8)}@guest.example` };
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  const answers = Object.fromEntries(
    (type.nda?.questions ?? []).map(({ name, value }) => [name, value || 'Guest Ltd']),
  );
  const held = await timeline.step(
    'guest',
    'takes a time',
    () => {
      const body = { meetingTypeId: type.id, startsAt, guest: { ...guest, timeZone }, answers };
      return call(baseUrl, 'hold', { body, key: randomUUID() });
    },
    ({ booking }) => `${booking.startsAt} is ${booking.status} until ${booking.holdExpiresAt ?? 'for ever'}`,
  );
  await timeline.step('guest', 'watches the booking, live', () =>
    live.join('guest', { room: 'booking', token: held.token, position: slots.position }),
  );
  return { bookingId: held.booking.id, token: held.token, guest };
}

async function hostSeesHold({ baseUrl, timeline, live, stepTimeoutMs }: Stage, host: Host, bookingId: string) {
  await timeline.step('host', 'is told of the hold, live', () =>
    live.until((seen) => typesSeenBy(seen, 'host').includes('slot.held'), 'slot.held', stepTimeoutMs),
  );
  await timeline.step(
    'host',
    'finds it in the list',
    async () => {
      const { items } = await call(baseUrl, 'listBookings', { query: { view: 'waiting', limit: '100' } }, host);
      const item = items.find(({ id }) => id === bookingId);
      if (!item) throw new Error('The held booking is not among those that wait.');
      return item;
    },
    ({ status, ndaStatus, guest }) => `${guest.name}, ${status}, NDA ${ndaStatus}`,
  );
}

async function guestSigns({ baseUrl, timeline, live, stepTimeoutMs }: Stage, { token, guest }: Held): Promise<void> {
  const as = { token };
  await timeline.step('guest', 'is told that the NDA is there, live', () =>
    live.until((seen) => typesSeenBy(seen, 'guest').includes('nda.sent'), 'nda.sent', stepTimeoutMs),
  );
  await timeline.step(
    'guest',
    'has the link to sign by mail',
    () =>
      waitForMail(
        baseUrl,
        { to: guest.email, mentions: token, subject: /^(Sign|Bitte unterschreiben)/ },
        stepTimeoutMs,
      ),
    ({ subject }) => `"${subject}"`,
  );
  const session = await timeline.step(
    'guest',
    'reads the NDA',
    () => call(baseUrl, 'signingSession', {}, as),
    ({ document }) => `"${document.title}", SHA-256 ${document.sha256.slice(0, 16)}…`,
  );
  await (session.providerUrl === null
    ? signHere({ baseUrl, timeline }, session, guest.name, token)
    : timeline.step('guest', 'signs on the provider’s page', () => signAtProvider(session.providerUrl ?? '')));
  await timeline.step('guest', 'is told that the meeting is confirmed, live', () =>
    live.until((seen) => typesSeenBy(seen, 'guest').includes('booking.confirmed'), 'booking.confirmed', stepTimeoutMs),
  );
}

async function signHere(
  { baseUrl, timeline }: Pick<Stage, 'baseUrl' | 'timeline'>,
  session: SigningSession,
  name: string,
  token: string,
): Promise<void> {
  const body = {
    consent: true,
    disclosureSha256: session.disclosure.sha256,
    documentSha256: session.document.sha256,
    mark: { kind: 'typed', text: name },
  };
  await timeline.step(
    'guest',
    'signs',
    () => call(baseUrl, 'sign', { body, key: randomUUID() }, { token }),
    ({ signedAt, late }) => `at ${signedAt}${late ? ', late' : ''}`,
  );
}

/** At the local server that speaks DocuSign's protocol, whose page is one form. @throws for the page of anybody else: only its guest signs there */
async function signAtProvider(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  if (!page.includes('name="act" value="sign"')) {
    throw new Error('This system signs at an outside provider (SIGNING_PROVIDER), where the demo cannot sign.');
  }
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ act: 'sign' }), redirect: 'manual' });
  if (answer.status !== 303) throw new Error(`The provider’s page answered ${answer.status} to the signature.`);
}

async function collect(stage: Stage, host: Host, { bookingId, token, guest }: Held): Promise<void> {
  const { baseUrl, timeline, live, outputDir, stepTimeoutMs } = stage;
  const fetched = <N extends RouteName>(name: N, options: CallOptions, as: Credentials) =>
    call(baseUrl, name, options, as);
  const size = (file: { length: number }) => `${(file.length / 1024).toFixed(1)} KiB`;
  const document = await timeline.step(
    'guest',
    'downloads the signed NDA',
    async () => {
      const file = await fetched('guestDocument', {}, { token });
      keep(outputDir, 'document', file);
      return file;
    },
    size,
  );
  const invite = await timeline.step(
    'guest',
    'downloads the invite',
    async () => {
      const file = await fetched('guestInvite', {}, { token });
      keep(outputDir, 'invite', file);
      return file;
    },
    size,
  );
  const mail = (who: 'guest' | 'host', to: string, mentions: string) =>
    timeline.step(
      who,
      'has the confirmation by mail',
      async () => {
        const wanted = { to, mentions, subject: /^(Confirmed|Bestätigt)/ };
        const found = await waitForMail(baseUrl, wanted, stepTimeoutMs);
        keep(outputDir, `${who}Mail`, found.raw);
        return found;
      },
      ({ subject, attachments }) => `"${subject}", ${attachments.map(({ mediaType }) => mediaType).join(', ')}`,
    );
  const guestMail = await mail('guest', guest.email, token);
  const hostMail = await mail('host', host.email, bookingId);
  await timeline.step('host', 'is told of everything, live', () =>
    live.until(
      (seen) => isComplete(seen, 'host') && isComplete(seen, 'guest'),
      'everything up to the last mail',
      stepTimeoutMs,
    ),
  );
  await checkEverything({
    baseUrl,
    timeline,
    host,
    bookingId,
    document,
    invite,
    mails: [guestMail, hostMail],
    seen: live.seen,
  });
}
