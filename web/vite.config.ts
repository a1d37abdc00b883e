import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { contractTable } from './contract-table.ts';

/** In development the API runs beside Vite; `COUNTERSIGN_URL` says where. */
const api = process.env['COUNTERSIGN_URL'] ?? 'http://localhost:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte(), contractTable()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no inline resources.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { main: new URL('./index.html', import.meta.url).pathname },
    },
  },
  server: {
    proxy: { '/api': api, '/live': { target: api, ws: true }, '/docs': api, '/openapi.json': api, '/mailbox': api },
  },
});
