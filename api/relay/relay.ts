import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import { JoinRequest, type ClientToServer, type JoinAnswer, type ServerToClient } from '#contract/live.ts';
import type { Scope } from '#db/pool.ts';
import type { FactsStream, StreamedFact } from '#integrations/stream/facts-stream.ts';
import type { ApiLog } from '../parts.ts';
import { createRecentNews } from './recent.ts';
import { dashboardRoom, hostOfSlotNews, newsOf, subjectsOf } from './rooms.ts';

/** Who is asking: rooms other than a host's public one need a proof. */
export type RoomKeeper = {
  bookingOfToken(token: string): Promise<{ bookingId: string; organizationId: string } | null>;
  /** What a logged-in person's dashboard tells: the organization's bookings, or one host's. */
  dashboardOfCookies(cookieHeader: string | undefined): Promise<Scope | null>;
};

export type Relay = {
  /** Facts up to here have reached the rooms: what a snapshot that is read now may say of itself. */
  position(): number;
  attach(server: HttpServer, keeper: RoomKeeper): void;
  connections(): number;
  close(): Promise<void>;
};

const roomsPerPage = 8;
const joinsPerMinute = 60;

/**
 * Reads the stream by itself, from its end on; each API process has one, and they know nothing of each other. `onSlotFact` hears of a host's
 * slot before the position moves past the fact: who reads the position first never has an older picture than it says.
 */
export async function startRelay(
  stream: FactsStream,
  log: ApiLog,
  onSlotFact: (hostId: string) => void = () => {},
): Promise<Relay> {
  const io = new Server<ClientToServer, ServerToClient>({
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
  const following = await stream.follow(last + 1, (fact) => {
    const entries = readFact(fact, log);
    for (const entry of entries) {
      const hostId = hostOfSlotNews(entry);
      if (hostId !== null) onSlotFact(hostId);
    }
    recent.add(fact.position, entries);
    for (const { room, news } of entries) io.to(room).emit('news', news);
  });
  return {
    position: () => recent.position(),
    connections: () => io.engine.clientsCount,
    attach: (server, keeper) => {
      io.attach(server);
      io.on('connection', (socket) => admit(socket, { stream, recent, keeper, log }));
    },
    close: async () => {
      await following.stop();
      await io.close();
    },
  };
}

type Hall = { stream: FactsStream; recent: ReturnType<typeof createRecentNews>; keeper: RoomKeeper; log: ApiLog };

function admit(socket: Socket<ClientToServer, ServerToClient>, hall: Hall): void {
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
async function join(socket: Socket<ClientToServer, ServerToClient>, request: unknown, hall: Hall): Promise<JoinAnswer> {
  const parsed = JoinRequest.safeParse(request);
  if (!parsed.success) return { outcome: 'refused', code: 'validation_failed' };
  const place = await placeOf(socket, parsed.data, hall.keeper);
  if (!place) return { outcome: 'refused', code: 'not_found' };
  if (socket.rooms.size > roomsPerPage) return { outcome: 'refused', code: 'rate_limited' };
  const { position } = parsed.data;
  const oldest = hall.recent.oldest();
  // From the time before this stream was made: nobody can say what that page missed.
  if (position > hall.recent.position() && position > (await hall.stream.bounds()).last) return { outcome: 'reload' };
  if (position < oldest) {
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
  return { outcome: 'joined', position: hall.recent.position(), serverTime: new Date().toISOString() };
}

type Place = { room: string; subjects: string[] };

async function placeOf(socket: Socket, request: JoinRequest, keeper: RoomKeeper): Promise<Place | null> {
  if (request.room === 'host')
    return { room: `host:${request.hostId}`, subjects: subjectsOf({ hostId: request.hostId }) };
  if (request.room === 'booking') {
    const known = await keeper.bookingOfToken(request.token);
    return (
      known && { room: `booking:${known.bookingId}`, subjects: subjectsOf({ organizationId: known.organizationId }) }
    );
  }
  const scope = await keeper.dashboardOfCookies(socket.handshake.headers.cookie);
  return scope && { room: dashboardRoom(scope), subjects: subjectsOf(scope) };
}

function readFact(fact: StreamedFact, log: ApiLog) {
  const entries = newsOf(fact);
  if (entries === null)
    log.error({ position: fact.position, subject: fact.subject }, 'a fact in the stream cannot be read');
  return entries ?? [];
}
