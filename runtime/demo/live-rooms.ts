import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, JoinAnswer, JoinRequest, LiveNews, ServerToClient } from '#contract/live.ts';

/** Whose page saw it: anybody's on the host's page, the guest's on their booking, the host's dashboard. */
export type Viewer = 'public' | 'guest' | 'host';
export type SeenNews = { viewer: Viewer; elapsedMs: number; news: LiveNews };

export type LiveRooms = {
  /** Everything that came, in the order in which it came. */
  seen: readonly SeenNews[];
  /** Opens a connection of its own, as a page would. @throws when the server refuses the room */
  join(viewer: Viewer, request: JoinRequest, cookie?: string): Promise<void>;
  /** @throws with `what` when it has not come true within the time */
  until(isThere: (seen: readonly SeenNews[]) => boolean, what: string, timeoutMs: number): Promise<void>;
  close(): void;
};

const joinTimeoutMs = 10_000;

export function openLiveRooms(baseUrl: string, elapsedMs: () => number): LiveRooms {
  const seen: SeenNews[] = [];
  const sockets: Socket<ServerToClient, ClientToServer>[] = [];
  const waiting = new Set<() => void>();
  return {
    seen,
    join: async (viewer, request, cookie) => {
      const socket: Socket<ServerToClient, ClientToServer> = io(baseUrl, {
        path: '/live',
        transports: ['websocket'],
        forceNew: true,
        ...(cookie !== undefined && { extraHeaders: { cookie } }),
      });
      sockets.push(socket);
      socket.on('news', (news) => {
        seen.push({ viewer, elapsedMs: elapsedMs(), news });
        for (const look of waiting) look();
      });
      const answer = await askToJoin(socket, request);
      if (answer.outcome !== 'joined') {
        const why = answer.outcome === 'refused' ? answer.code : 'the position is too old';
        throw new Error(`The live connection refused the room "${request.room}": ${why}.`);
      }
    },
    until: (isThere, what, timeoutMs) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!isThere(seen)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`${what} was not told on the live connection within ${timeoutMs / 1000} s.`));
        }, timeoutMs);
        waiting.add(look);
        look();
      }),
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

async function askToJoin(socket: Socket<ServerToClient, ClientToServer>, request: JoinRequest): Promise<JoinAnswer> {
  try {
    return await socket.timeout(joinTimeoutMs).emitWithAck('join', request);
  } catch {
    throw new Error(`The live connection did not answer within ${joinTimeoutMs / 1000} s.`);
  }
}
