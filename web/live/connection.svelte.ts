import type { Socket } from 'socket.io-client';
import type { ClientToServer, JoinRequest, LiveNews, ServerToClient } from '#contract/live.ts';
import { deliver, settle, type Subscription } from './subscription.ts';

export type LiveState = 'idle' | 'connecting' | 'live' | 'lost';
type LiveSocket = Socket<ServerToClient, ClientToServer>;

/** Ends the interest in a room; `resume` joins again from a fresh snapshot's position. */
export type Membership = { leave: () => void; resume: (position: number) => void };

/**
 * The one live connection of the page. Its library is fetched after the first paint; it connects while anybody is interested, joins every
 * room again after a loss, from the last position seen, and tells the page what it missed.
 */
class LiveConnection {
  state: LiveState = $state('idle');
  #socket: LiveSocket | null = null;
  #opening = false;
  readonly #subscriptions = new Set<Subscription>();

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
      for (const subscription of this.#subscriptions) deliver(subscription, news);
    });
  }

  #emitJoin(subscription: Subscription): void {
    this.#socket?.emit('join', subscription.request, (answer) => settle(subscription, answer));
  }

  #close(): void {
    this.#socket?.disconnect();
    this.#socket = null;
    this.state = 'idle';
  }
}

export const live = new LiveConnection();
