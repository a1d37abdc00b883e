import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, JoinAnswer, LiveNews, ServerToClient } from '#contract/live.ts';

export type PagesAsked = { baseUrl: string; pages: number; hostId: string; position: number };
/** When each page heard of the interval that begins then: milliseconds since 1970. */
export type PagesHeard = Record<string, number[]>;

/** A process of its own with many pages open at one host's live room. Says `{}` when all have joined, and what was heard when asked. */
const { baseUrl, pages, hostId, position } = JSON.parse(process.argv[2] ?? '') as PagesAsked;
const heard: PagesHeard = {};
const now = (): number => performance.timeOrigin + performance.now();

async function openPage(): Promise<void> {
  const socket: Socket<ServerToClient, ClientToServer> = io(baseUrl, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
  });
  socket.on('news', (news: LiveNews) => {
    if (news.kind === 'slot') (heard[news.from] ??= []).push(now());
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  const answer: JoinAnswer = await socket.emitWithAck('join', { room: 'host', hostId, position });
  if (answer.outcome !== 'joined') throw new Error(`A page could not join: ${JSON.stringify(answer)}`);
}

for (let opened = 0; opened < pages; opened += 50) {
  await Promise.all(Array.from({ length: Math.min(50, pages - opened) }, openPage));
}
process.on('message', () => process.send?.(heard));
process.on('disconnect', () => process.exit());
process.send?.({});
