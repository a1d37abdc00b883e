import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, JoinRequest, LiveNews, ServerToClient } from '#contract/live.ts';

/** An open page: what it was told, and nothing else. It joins again from the last position it saw, as ours do. */
export type Page = {
  request: JoinRequest;
  /** Whose dashboard it is, by place in the scene. */
  host: number | null;
  /** In the order in which it came; a repeat of a position is dropped, as pages do. */
  heard: readonly LiveNews[];
  /** How often it came back after its connection was lost. */
  rejoined: number;
  /** What the server said that no page expects. */
  troubles: readonly string[];
  close(): void;
};

const joinWithinMs = 10_000;
const rejoinAfterMs = 1_000;

/** Hears everything after the position of the picture that the page began with. @param dashboard whose log-in it uses */
export function openPage(baseUrl: string, request: JoinRequest, dashboard?: { host: number; cookie: string }): Page {
  const heard: LiveNews[] = [];
  const troubles: string[] = [];
  let [position, rejoined, isClosed] = [request.position, -1, false];
  const socket: Socket<ServerToClient, ClientToServer> = io(baseUrl, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 300,
    reconnectionDelayMax: 2_000,
    ...(dashboard && { extraHeaders: { cookie: dashboard.cookie } }),
  });
  const join = (): void => {
    if (isClosed || !socket.connected) return;
    socket.timeout(joinWithinMs).emit('join', { ...request, position }, (error, answer) => {
      if (error === null && answer.outcome === 'joined') return;
      // A server that cannot answer now is asked again; one that sends the page away for good is a trouble.
      if (error === null && answer.outcome === 'reload') troubles.push(`sent away from position ${position}`);
      else if (error === null && answer.outcome === 'refused' && answer.code === 'not_found') troubles.push('refused');
      else setTimeout(join, rejoinAfterMs);
    });
  };
  socket.on('connect', () => {
    rejoined += 1;
    join();
  });
  socket.on('news', (news) => {
    if (news.position <= position) return;
    position = news.position;
    heard.push(news);
  });
  return {
    request,
    host: dashboard?.host ?? null,
    heard,
    troubles,
    get rejoined() {
      return Math.max(rejoined, 0);
    },
    close: () => {
      isClosed = true;
      socket.close();
    },
  };
}
