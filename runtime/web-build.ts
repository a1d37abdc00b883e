import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { processEnvironment } from './config.ts';

const root = join(import.meta.dirname, '..');
const distDir = join(root, 'web', 'dist');
const stampFile = join(distDir, '.sources');
const sources = ['web', 'contract', 'domain', 'package-lock.json'];

/**
 * Builds the web pages when web/dist is missing or was built from other sources. Built aside and then moved, so that a
 * server that serves the old pages never serves half of the new ones.
 */
export async function ensureWebBuilt(): Promise<'built' | 'current' | 'no sources'> {
  if (!existsSync(join(root, 'web', 'index.html'))) return 'no sources';
  const hash = hashOfSources();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return 'current';
  const aside = join(root, 'node_modules', '.cache', `countersign-web-${process.pid}`);
  mkdirSync(dirname(aside), { recursive: true });
  try {
    await runVite(aside);
    writeFileSync(join(aside, '.sources'), hash);
    if (existsSync(distDir)) renameSync(distDir, `${aside}-old`);
    renameSync(aside, distDir);
  } finally {
    for (const folder of [aside, `${aside}-old`]) rmSync(folder, { recursive: true, force: true });
  }
  return 'built';
}

function runVite(outDir: string): Promise<void> {
  const packageJson = createRequire(import.meta.url).resolve('vite/package.json');
  const args = [join(dirname(packageJson), 'bin', 'vite.js'), 'build', 'web', '--outDir', outDir, '--emptyOutDir'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args, '--logLevel', 'warn'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // As for production whoever asks, a test among them: otherwise the pages carry the framework's own checks, and stay so.
      env: { ...processEnvironment(), NODE_ENV: 'production' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the web pages did not build:\n${output}`)),
    );
  });
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesUnder(join(root, source)))) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules' && !name.includes('.test.'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesUnder(join(path, name)));
}
