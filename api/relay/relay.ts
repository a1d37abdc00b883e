import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import { JoinRequest, type ClientToServer, type JoinAnswer, type ServerToClient } from '#contract/live.ts';
import type { Clock } from '#db/clock.ts';
import type { Scope } from '#db/pool.ts';
import { factTypeOf, type FactsStream, type StreamedFact } from '#integrations/stream/facts-stream.ts';
import { inSpan, traceparentNow } from '#integrations/tracing/spans.ts';
import { inStepTrace } from '#integrations/tracing/trace-context.ts';
import type { ApiLog } from '../parts.ts';
import { createRecentNews } from './recent.ts';
import { bookingOf, dashboardRoom, hostOfSlotNews, newsOf, subjectsOf } from './rooms.ts';

/** Who is asking: rooms other than a host's public one need a proof. */
export type RoomKeeper = {
  bookingOfToken(token: string): Promise<{ bookingId: string; organizationId: string } | null>;
  /** What a logged-in person's dashboard tells: the organization's bookings, or one host's. */
  dashboardOfCookies(cookieHeader: string | undefined): Promise<Desk | null>;
  addressOf(request: IncomingMessage): string;
  /** Whether this address may make us read the stream once more. */
  mayReplay(address: string): Promise<boolean>;
};

/** Whose dashboard it is, and what it may show. */
type Desk = Scope & { accountId: string };

export type Relay = {
  /** Facts up to here have reached the rooms: what a snapshot that is read now may say of itself. */
  position(): number;
  attach(server: HttpServer, keeper: RoomKeeper): void;
  /** Sessions of an account have ended; without an id, anybody's may have. Dashboards that show more than they may lose their connection. */
  accessChanged(accountId?: string): void;
  connections(): number;
  close(): Promise<void>;
};

type PageData = { desk?: Desk; address: string };
type Page = Socket<ClientToServer, ServerToClient, never, PageData>;

const roomsPerPage = 8;
const joinsPerMinute = 60;

/**
 * Reads the stream by itself, from its end on; each API process has one, and they know nothing of each other. `onSlotFact` hears of a host's
 * slot before the position moves past the fact: who reads the position first never has an older picture than it says.
 */
export async function startRelay(
  stream: FactsStream,
  clock: Clock,
  log: ApiLog,
  onSlotFact: (hostId: string) => void = () => {},
): Promise<Relay> {
  const io = new Server<ClientToServer, ServerToClient, never, PageData>({
    path: '/live',
    serveClient: false,
    maxHttpBufferSize: 10_000,
    transports: ['websocket', 'polling'],
    pingInterval: 20_000,
    pingTimeout: 15_000,
    cors: { origin: false },
  });
  const { last } = await stream.bounds();
  const recent = createRecentNews(last);
  const tell = (fact: StreamedFact): void => {
    const entries = readFact(fact, log, traceparentNow());
    for (const entry of entries) {
      const hostId = hostOfSlotNews(entry);
      if (hostId !== null) onSlotFact(hostId);
    }
    recent.add(fact.position, entries);
    for (const { room, news } of entries) io.to(room).emit('news', news);
  };
  const following = await stream.follow(last + 1, (fact) => {
    const { traceparent: causedBy } = fact;
    if (causedBy === undefined) tell(fact);
    else
      inStepTrace(bookingOf(fact), () =>
        inSpan(`relay ${factTypeOf(fact.subject)}`, { kind: 'CONSUMER', causedBy }, () => tell(fact)),
      );
  });
  let hall: Hall | null = null;
  return {
    position: () => recent.position(),
    connections: () => io.engine.clientsCount,
    attach: (server, keeper) => {
      const opened: Hall = { stream, clock, recent, keeper, log, accessChanges: 0 };
      hall = opened;
      io.attach(server);
      io.on('connection', (socket) => admit(socket, opened));
    },
    accessChanged: (accountId) => {
      if (!hall) return;
      hall.accessChanges += 1;
      for (const socket of io.sockets.sockets.values()) {
        const { desk } = socket.data;
        if (desk && (accountId === undefined || desk.accountId === accountId)) void recheck(socket, desk, hall);
      }
    },
    close: async () => {
      await following.stop();
      await io.close();
    },
  };
}

type Hall = {
  stream: FactsStream;
  clock: Clock;
  recent: ReturnType<typeof createRecentNews>;
  keeper: RoomKeeper;
  log: ApiLog;
  /** Counted, so that a look at who may see what, during which that changed, is taken again. */
  accessChanges: number;
};

function admit(socket: Page, hall: Hall): void {
  // One that is gone already has no address any more.
  socket.data.address = hall.keeper.addressOf(socket.request) || 'gone';
  let joins = 0;
  const refill = setInterval(() => (joins = 0), 60_000).unref();
  socket.on('disconnect', () => clearInterval(refill));
  socket.on('join', (request, answer) => {
    if (typeof answer !== 'function') return;
    joins += 1;
    if (joins > joinsPerMinute) return answer({ outcome: 'refused', code: 'rate_limited' });
    join(socket, request, hall).then(answer, (error: unknown) => {
      hall.log.warn({ error }, 'a page could not join');
      answer({ outcome: 'refused', code: 'dependency_unavailable' });
    });
  });
  socket.on('leave', (request) => {
    const parsed = z.object({ room: z.string().max(100) }).safeParse(request);
    if (parsed.success) void socket.leave(parsed.data.room);
  });
}

/** Puts a page into its room and brings it up to date: first what it missed, in order, then whatever comes. */
async function join(socket: Page, request: unknown, hall: Hall): Promise<JoinAnswer> {
  const parsed = JoinRequest.safeParse(request);
  if (!parsed.success) return { outcome: 'refused', code: 'validation_failed' };
  const place = await placeOf(socket, parsed.data, hall);
  if (!place) return { outcome: 'refused', code: 'not_found' };
  if (socket.rooms.size > roomsPerPage) return { outcome: 'refused', code: 'rate_limited' };
  const { position } = parsed.data;
  const oldest = hall.recent.oldest();
  // From the time before this stream was made: nobody can say what that page missed.
  if (position > hall.recent.position() && position > (await hall.stream.bounds()).last) return { outcome: 'reload' };
  if (position < oldest) {
    // Joins are counted for each page; of pages, one address can have as many as it likes.
    if (!(await hall.keeper.mayReplay(socket.data.address))) return { outcome: 'refused', code: 'rate_limited' };
    const { first } = await hall.stream.bounds();
    if (position + 1 < first) return { outcome: 'reload' };
    const older = await hall.stream.read({ from: position + 1, to: oldest, subjects: place.subjects });
    for (const fact of older) {
      for (const { room, news } of readFact(fact, hall.log)) if (room === place.room) socket.emit('news', news);
    }
  }
  // From here to the end nothing waits, so that no fact can slip in between what was missed and what comes.
  for (const news of hall.recent.after(Math.max(position, oldest), place.room)) socket.emit('news', news);
  void socket.join(place.room);
  return { outcome: 'joined', position: hall.recent.position(), serverTime: hall.clock.now().toISOString() };
}

type Place = { room: string; subjects: string[] };

async function placeOf(socket: Page, request: JoinRequest, hall: Hall): Promise<Place | null> {
  if (request.room === 'host')
    return { room: `host:${request.hostId}`, subjects: subjectsOf({ hostId: request.hostId }) };
  if (request.room === 'booking') {
    const known = await hall.keeper.bookingOfToken(request.token);
    return (
      known && { room: `booking:${known.bookingId}`, subjects: subjectsOf({ organizationId: known.organizationId }) }
    );
  }
  const desk = await deskOf(socket, hall);
  if (!desk) return null;
  socket.data.desk = desk;
  return { room: dashboardRoom(desk), subjects: subjectsOf(desk) };
}

async function deskOf(socket: Page, hall: Hall): Promise<Desk | null> {
  for (;;) {
    const before = hall.accessChanges;
    const desk = await hall.keeper.dashboardOfCookies(socket.handshake.headers.cookie);
    if (before === hall.accessChanges) return desk;
  }
}

/** A dashboard that may no longer show what it does is cut off; its page comes back at once, and is told what it may see now. */
async function recheck(socket: Page, shown: Desk, hall: Hall): Promise<void> {
  try {
    const desk = await deskOf(socket, hall);
    if (desk && dashboardRoom(desk) === dashboardRoom(shown)) return;
  } catch (error) {
    hall.log.warn({ error }, 'a dashboard could not be checked, and is cut off');
  }
  void socket.leave(dashboardRoom(shown));
  socket.conn.close();
}

function readFact(fact: StreamedFact, log: ApiLog, traceparent?: string) {
  const entries = newsOf(fact, traceparent);
  if (entries === null)
    log.error({ position: fact.position, subject: fact.subject }, 'a fact in the stream cannot be read');
  return entries ?? [];
}
