/** `npm run demo:docusign [-- --output FOLDER]`: the demo on a system of its own, with its NDA signed at this server instead of in the product. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEnvironment } from '#runtime/config.ts';
import { startRegisteredServer } from './settings.ts';

const { server, settings } = await startRegisteredServer();
const demo = join(import.meta.dirname, '..', '..', 'runtime', 'demo.ts');
// A system that runs already was started with a provider of its own: the demo must not find it.
const stateDir = mkdtempSync(join(tmpdir(), 'countersign-demo-docusign-'));
const child = spawn(process.execPath, [demo, ...process.argv.slice(2)], {
  env: { ...processEnvironment(), ...settings, STATE_DIR: stateDir },
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
const code = await new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? 1)));
const isSignedThere = [...server.envelopes.all.values()].some(({ status }) => status === 'completed');
if (code === 0 && !isSignedThere)
  process.stderr.write('\nThe demo failed. Nothing was signed at the DocuSign server.\n');
process.exitCode = code === 0 && !isSignedThere ? 1 : code;
await server.close();
rmSync(stateDir, { recursive: true, force: true });
