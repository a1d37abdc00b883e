/** `npm run demo:docusign [-- --output FOLDER]`: the demo, with its NDA signed at this server instead of in the product. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { processEnvironment } from '#runtime/config.ts';
import { startRegisteredServer } from './settings.ts';

const { server, settings } = await startRegisteredServer();
const demo = join(import.meta.dirname, '..', '..', 'runtime', 'demo.ts');
const child = spawn(process.execPath, [demo, ...process.argv.slice(2)], {
  env: { ...processEnvironment(), ...settings },
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
process.exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
await server.close();
