/** The system that all browser tests of a run share. */
export type BrowserTestSystem = {
  /** The pages and the API; no slash at the end. */
  base: string;
  /** The demo host's login. */
  demo: { email: string; password: string };
  stateDir: string;
  /** The database as its owner: for what no page can bring about, such as a meeting that has begun. */
  databaseUrl: string;
};

/** @throws outside of a run of tests/browser/playwright.config.ts */
export function systemUnderTest(): BrowserTestSystem {
  const text = process.env['COUNTERSIGN_TEST_SYSTEM'];
  if (text === undefined) throw new Error('no system runs: start browser tests with `npm run test:browser`');
  return JSON.parse(text) as BrowserTestSystem;
}
