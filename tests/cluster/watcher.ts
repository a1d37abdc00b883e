import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, JoinAnswer, ServerToClient } from '#contract/live.ts';

/** A page of the host's that is open all the time, and joins again from where it was after each lost connection. */
export type Watcher = {
  /** Starts of the intervals that it was told are taken. */
  told: ReadonlySet<string>;
  lostConnections(): number;
  close(): void;
};

export function openWatcher(baseUrl: string, hostId: string): Watcher {
  const told = new Set<string>();
  let position = 0;
  let lost = 0;
  const socket: Socket<ServerToClient, ClientToServer> = io(baseUrl, {
    path: '/live',
    transports: ['websocket'],
    reconnectionDelayMax: 1_000,
  });
  const join = async (): Promise<void> => {
    const answer: JoinAnswer = await socket.timeout(20_000).emitWithAck('join', { room: 'host', hostId, position });
    if (answer.outcome !== 'joined') throw new Error(`The page could not join again: ${JSON.stringify(answer)}`);
  };
  // A join that is not answered belongs to a connection that is lost: the next one begins anew.
  socket.on('connect', () => void join().catch(() => socket.disconnect().connect()));
  socket.on('disconnect', () => (lost += 1));
  socket.on('news', (news) => {
    position = Math.max(position, news.position);
    if (news.kind === 'slot' && news.state !== 'released') told.add(news.from);
  });
  return { told, lostConnections: () => lost, close: () => socket.disconnect() };
}
