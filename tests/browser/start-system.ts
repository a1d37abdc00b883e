import { processEnvironment } from '#runtime/config.ts';
import { startTemporarySystem } from '#runtime/system.ts';

/**
 * Playwright's globalSetup. Tests run in other processes, which learn the addresses through the environment: see system.ts,
 * which reads what is set here. A system that runs already is used when the same variable names it.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  if (processEnvironment()['COUNTERSIGN_TEST_SYSTEM'] !== undefined) return () => Promise.resolve();
  const system = await startTemporarySystem({ report: (line) => process.stdout.write(`${line}\n`) });
  process.env['COUNTERSIGN_TEST_SYSTEM'] = JSON.stringify({
    base: system.urls.base,
    demo: system.demo,
    stateDir: system.config.stateDir,
    databaseUrl: system.migrationUrl,
  });
  return () => system.stop();
}
