type EmbedEvent = { type: 'ready' | 'held' | 'confirmed'; detail: { path: string; startsAt?: string } };

/** Tells the page that embeds this one. Anybody may embed and listen, so nothing personal and no key is ever in it. */
export function tellParent({ type, detail }: EmbedEvent): void {
  if (window.parent === window) return;
  window.parent.postMessage({ source: 'countersign', type, detail }, '*');
}
