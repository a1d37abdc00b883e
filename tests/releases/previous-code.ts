import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import previous from './previous.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..');

/**
 * The previous release's code in a new folder, with today's packages; or why it cannot be had, which is so in a download
 * without history and in a shallow clone (`git fetch --unshallow` helps).
 */
export function previousCode(): { folder: string; version: string } | { absent: string } {
  const { commit, version } = previous;
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, maxBuffer: 512 * 1024 * 1024 });
  if (git('cat-file', '-e', `${commit}^{commit}`).status !== 0) {
    return { absent: `the history of this clone does not reach back to ${version} (${commit.slice(0, 8)})` };
  }
  const folder = mkdtempSync(join(tmpdir(), 'countersign-previous-'));
  const archive = join(folder, 'previous.tar');
  writeFileSync(archive, git('archive', '--format=tar', commit).stdout);
  const unpacked = spawnSync('tar', ['-xf', archive, '-C', folder], { encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`the code of ${version} could not be unpacked: ${unpacked.stderr}`);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, version };
}
