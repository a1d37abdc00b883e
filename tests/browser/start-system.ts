import { startTemporarySystem } from '#runtime/system.ts';

/**
 * Playwright's globalSetup. Tests run in other processes, which learn the addresses through the environment: see system.ts,
 * which reads what is set here.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const system = await startTemporarySystem({ report: (line) => process.stdout.write(`${line}\n`) });
  process.env['COUNTERSIGN_TEST_SYSTEM'] = JSON.stringify({
    base: system.urls.base,
    demo: system.demo,
    stateDir: system.config.stateDir,
  });
  return () => system.stop();
}
