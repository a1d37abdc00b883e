import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir } from '#runtime/embedded/binaries.ts';

const run = promisify(execFile);

export type PythonProgram = { program: string } | { absent: string };

/** A program that PyPI has, in the program cache with all it needs: installed where Python is at hand, once; else why there is none. */
export async function pythonProgram(name: string, version: string): Promise<PythonProgram> {
  const directory = join(defaultCacheDir(), `${name}-${version}`);
  const program = join(directory, 'bin', name);
  if (existsSync(join(directory, 'installed'))) return { program };
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', directory], { timeout: 120_000 });
    const pip = ['install', '--quiet', '--disable-pip-version-check', `${name}==${version}`];
    await run(join(directory, 'bin', 'pip'), pip, { timeout: 400_000 });
    await mkdir(join(directory, 'installed'));
    return { program };
  } catch (error) {
    return { absent: `${name} could not be installed: ${String((error as Error).message).slice(0, 300)}` };
  }
}
