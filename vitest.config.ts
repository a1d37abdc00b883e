import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { contractTable } from './web/contract-table.ts';

/**
 * unit: beside the source, no servers, seconds; the pages' state classes (`.svelte.ts`) as browsers run them, without a DOM.
 * integration: real Postgres, NATS and Temporal, brought up once by tests/servers.ts; each file has its own database.
 * faults: a whole system in processes of its own, which the test kills, cuts off and mends.
 */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false }), contractTable()],
        resolve: { conditions: ['browser', 'module', 'import', 'default'] },
        test: {
          name: 'unit',
          include: [
            '{domain,contract,db,workflows,activities,integrations,api,runtime,web}/**/*.test.ts',
            'tests/*.test.ts',
            'tests/{faults/*,linearizability,cluster}/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/{integration,workflows}/**/*.test.ts'],
          globalSetup: ['tests/servers.ts'],
          // For a machine that is busy with something else: what is right is not known by the clock.
          testTimeout: 150_000,
          hookTimeout: 240_000,
          // They wait for servers more than they work: also where there are two processors only, two files at a time.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      // What is deployed, as its own tools read it: needs them, see tests/deploy.
      { test: { name: 'deploy', include: ['tests/deploy/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
