import type { Socket } from 'socket.io-client';
import type { ClientToServer, JoinRequest, LiveNews, ServerToClient } from '#contract/live.ts';
import { deliver, restMs, settle, type Subscription } from './subscription.ts';

export type LiveState = 'idle' | 'connecting' | 'live' | 'lost';
type LiveSocket = Socket<ServerToClient, ClientToServer>;

/** A server that answers at all does so sooner. */
const answerMs = 10_000;

/** Ends the interest in a room; `resume` joins again from a fresh snapshot's position. */
export type Membership = { leave: () => void; resume: (position: number) => void };

/**
 * The one live connection of the page. Its library is fetched after the first paint; it connects while anybody is interested, joins every
 * room again after a loss, from the last position seen, and tells the page what it missed.
 */
class LiveConnection {
  state: LiveState = $state('idle');
  /** Told of all news as they come, where traces are sent. */
  heard: ((news: LiveNews) => void) | null = null;
  #socket: LiveSocket | null = null;
  #opening = false;
  readonly #subscriptions = new Set<Subscription>();
  /** Those whose room the server could not open, for now. */
  readonly #outside = new Set<Subscription>();

  join(
    request: JoinRequest,
    on: { news: (news: LiveNews) => void; reload: () => void; serverTime?: (time: string) => void },
  ): Membership {
    const subscription: Subscription = {
      request: { ...request },
      onNews: on.news,
      onReload: on.reload,
      ...(on.serverTime === undefined ? {} : { onServerTime: on.serverTime }),
    };
    this.#subscriptions.add(subscription);
    if (this.#socket?.connected === true) this.#emitJoin(subscription);
    else void this.#open();
    return {
      leave: () => this.#leave(subscription),
      resume: (position) => {
        subscription.request.position = position;
        if (this.#socket?.connected === true) this.#emitJoin(subscription);
      },
    };
  }

  #leave(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    this.#outside.delete(subscription);
    const { request } = subscription;
    this.#socket?.emit('leave', { room: request.room === 'host' ? `host:${request.hostId}` : request.room });
    if (this.#subscriptions.size === 0) this.#close();
  }

  async #open(): Promise<void> {
    if (this.#opening || this.#socket !== null) return;
    this.#opening = true;
    this.state = 'connecting';
    const { io } = await import('socket.io-client');
    this.#opening = false;
    if (this.#subscriptions.size === 0) return;
    const socket: LiveSocket = io({
      path: '/live',
      transports: ['websocket', 'polling'],
      timeout: 6_000,
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
    });
    this.#socket = socket;
    socket.on('connect', () => {
      this.state = 'live';
      for (const subscription of this.#subscriptions) this.#emitJoin(subscription);
    });
    socket.on('disconnect', () => (this.state = 'lost'));
    socket.on('connect_error', () => (this.state = 'lost'));
    socket.on('news', (news) => {
      this.heard?.(news);
      for (const subscription of this.#subscriptions) deliver(subscription, news);
    });
  }

  /** The connection may be there while the room is not: then it is asked for again, from the last position seen, less and less often. */
  #emitJoin(subscription: Subscription, attempts = 0): void {
    const socket = this.#socket;
    socket?.timeout(answerMs).emit('join', subscription.request, (silence, answer) => {
      const settled = silence === null ? settle(subscription, answer) : 'later';
      this.#standing(subscription, settled === 'later' ? 'waiting' : 'joined');
      if (settled !== 'later') return;
      setTimeout(
        () => {
          // A new connection has joined by itself, and nobody waits for a room that was left.
          const isWanted = this.#subscriptions.has(subscription) && this.#socket === socket && socket.connected;
          if (isWanted) this.#emitJoin(subscription, attempts + 1);
        },
        restMs(attempts, Math.random()),
      );
    });
  }

  /** What is shown may be out of date while one of its rooms is missing, though the connection itself is there. */
  #standing(subscription: Subscription, standing: 'waiting' | 'joined'): void {
    if (standing === 'waiting') this.#outside.add(subscription);
    else this.#outside.delete(subscription);
    if (this.#socket?.connected === true) this.state = this.#outside.size > 0 ? 'lost' : 'live';
  }

  #close(): void {
    this.#socket?.disconnect();
    this.#socket = null;
    this.state = 'idle';
  }
}

export const live = new LiveConnection();
