import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { contractTable } from './contract-table.ts';
import { pageFiles, squeezed } from './page-files.ts';

/** In development the API runs beside Vite; `COUNTERSIGN_URL` says where. */
const api = process.env['COUNTERSIGN_URL'] ?? 'http://localhost:3000';

type Modules = { getModuleInfo: (id: string) => { importedIds: readonly string[] } | null };

/** Where visitors come in first, each kind with what it needs at once. */
const entries = {
  first: ['main.ts'],
  guests: ['views/HomeView.svelte', 'views/MyBookingView.svelte', 'views/SignView.svelte'],
  hosts: ['views/BookingsView.svelte'],
};
type Kind = keyof typeof entries;
type Reach = Readonly<Record<Kind, ReadonlySet<string>>>;
let reach: Reach | undefined;

/**
 * What the booking page needs at once comes as one file, and so does what the dashboard needs beside it: two dozen small ones, each with its
 * headers and its turn on one of six connections, would cost a phone more than they hold. What guests' other pages share with the dashboard
 * is small, and comes with the first file. Everything else is fetched by the page that needs it.
 */
const files = [
  {
    name: 'first-page',
    priority: 2,
    test: ({ first, guests, hosts }: Reach, id: string) => first.has(id) || (guests.has(id) && hosts.has(id)),
  },
  { name: 'dashboard', priority: 1, test: ({ hosts }: Reach, id: string) => hosts.has(id) },
];
const groups = files.map(({ name, priority, test }) => ({
  name: (id: string, modules: Modules) => (test((reach ??= reachIn(modules)), id) ? name : null),
  debugName: name,
  priority,
}));

function reachIn(modules: Modules): Reach {
  return { first: reachOf('first', modules), guests: reachOf('guests', modules), hosts: reachOf('hosts', modules) };
}

function reachOf(kind: Kind, modules: Modules): Set<string> {
  const found = new Set<string>();
  const collect = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    modules.getModuleInfo(id)?.importedIds.forEach(collect);
  };
  for (const entry of entries[kind]) collect(join(import.meta.dirname, entry));
  return found;
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte(), contractTable(), pageFiles(), squeezed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no inline resources.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { codeSplitting: { groups } },
    },
  },
  server: {
    proxy: { '/api': api, '/live': { target: api, ws: true }, '/docs': api, '/openapi.json': api, '/mailbox': api },
  },
});
