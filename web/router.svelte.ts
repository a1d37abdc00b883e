import type { Component } from 'svelte';

/** A page's component takes the parameters of its own pattern, whichever those are. */
export type View = () => Promise<{ default: Component<never> }>;
export type RouteTable = Record<`/${string}`, View>;
export type Match = { pattern: string; view: View; params: Record<string, string> };

/** The first pattern that fits; `:name` takes one segment. Fixed addresses stand before open ones in the table. */
export function matchRoute(table: RouteTable, pathname: string): Match | null {
  const segments = pathname.split('/').filter(Boolean);
  for (const [pattern, view] of Object.entries(table)) {
    const params = paramsOf(pattern.split('/').filter(Boolean), segments);
    if (params !== null) return { pattern, view, params };
  }
  return null;
}

function paramsOf(pattern: string[], segments: string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== segment) return null;
      continue;
    }
    try {
      params[part.slice(1)] = decodeURIComponent(segment);
    } catch {
      return null;
    }
  }
  return params;
}

/**
 * The address bar, as state. Ours, and short, because a link must stay a link: with a modifier key, another button, a target, a
 * download or `rel="external"` it is the browser's, and so is every address that no view answers to (/docs, /mailbox).
 */
class Router {
  url: URL = $state.raw(new URL(location.href));
  #table: RouteTable = {};

  start(table: RouteTable): () => void {
    this.#table = table;
    const onHistory = () => (this.url = new URL(location.href));
    const onClick = (event: MouseEvent) => this.#follow(event);
    addEventListener('popstate', onHistory);
    addEventListener('hashchange', onHistory);
    document.addEventListener('click', onClick);
    return () => {
      removeEventListener('popstate', onHistory);
      removeEventListener('hashchange', onHistory);
      document.removeEventListener('click', onClick);
    };
  }

  match(pathname: string): Match | null {
    return matchRoute(this.#table, pathname);
  }

  navigate(address: string, { replace = false }: { replace?: boolean } = {}): void {
    const url = new URL(address, location.href);
    const samePage = url.pathname === location.pathname;
    history[replace ? 'replaceState' : 'pushState'](null, '', url);
    this.url = url;
    if (!samePage) scrollTo(0, 0);
  }

  /** Changes parameters of the address and leaves the rest; null removes one. */
  setQuery(changes: Record<string, string | null>, options: { replace?: boolean } = {}): void {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    if (url.href !== location.href) this.navigate(url.href, options);
  }

  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** What follows `#`: a guest's secret token travels here, where servers and referrers never see it. */
  get fragment(): string {
    return this.url.hash.slice(1);
  }

  #follow(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (
      link === null ||
      link.target !== '' ||
      link.relList.contains('external') ||
      link.hasAttribute('download') ||
      !link.hasAttribute('href')
    )
      return;
    const url = new URL(link.href, location.href);
    const within = url.pathname === location.pathname && url.search === location.search && url.hash !== '';
    if (url.origin !== location.origin || within || this.match(url.pathname) === null) return;
    event.preventDefault();
    this.navigate(url.href);
  }
}

export const router = new Router();
