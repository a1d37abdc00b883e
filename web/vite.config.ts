import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { contractTable } from './contract-table.ts';
import { pageFiles, squeezed } from './page-files.ts';

/** In development the API runs beside Vite; `COUNTERSIGN_URL` says where. */
const api = process.env['COUNTERSIGN_URL'] ?? 'http://localhost:3000';

type Modules = { getModuleInfo: (id: string) => { importedIds: readonly string[] } | null };
const first = new Set<string>();

/**
 * What the booking page needs at once comes as one file: two dozen small ones, each with its headers, would cost a guest on a phone more
 * than they hold. Everything else is fetched by the page that needs it.
 */
function firstPage(id: string, modules: Modules): string | null {
  if (first.size === 0) collect(new URL('./main.ts', import.meta.url).pathname, modules);
  return first.has(id) ? 'first-page' : null;
}

function collect(id: string, modules: Modules): void {
  if (first.has(id)) return;
  first.add(id);
  for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) collect(imported, modules);
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
      output: { codeSplitting: { groups: [{ name: firstPage }] } },
    },
  },
  server: {
    proxy: { '/api': api, '/live': { target: api, ws: true }, '/docs': api, '/openapi.json': api, '/mailbox': api },
  },
});
