import { defineConfig } from '@playwright/test';
import { processEnvironment } from '#runtime/config.ts';
import { chromiumExecutable } from '#integrations/pdf/chromium/executable.ts';

/** A whole system of its own (see start-system.ts) and the browser that npm brought, or the one that CHROMIUM_PATH names. */
const chromium = await chromiumExecutable({ executablePath: processEnvironment()['CHROMIUM_PATH'] });

export default defineConfig({
  testDir: import.meta.dirname,
  outputDir: '../../test-results',
  globalSetup: './start-system.ts',
  // One system, whose slots are shared: tests go one after the other, and each books times of its own.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  use: {
    browserName: 'chromium',
    launchOptions: chromium,
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
