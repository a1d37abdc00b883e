import { defineConfig } from 'vitest/config';

/**
 * unit: beside the source, no servers, seconds.
 * integration: real Postgres, NATS and Temporal, brought up once by tests/servers.ts; each file has its own database.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{domain,contract,db,workflows,activities,integrations,api,runtime,web}/**/*.test.ts',
            'tests/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/{integration,workflows}/**/*.test.ts'],
          globalSetup: ['tests/servers.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      // What is deployed, as its own tools read it: needs them, see tests/deploy.
      { test: { name: 'deploy', include: ['tests/deploy/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
});
