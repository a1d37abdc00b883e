import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { processEnvironment } from '../config.ts';

export type ServerUser = { uid: number; gid: number };

/** A command, ready for `spawn`. */
export type Command = { command: string; args: string[]; user?: ServerUser };

/**
 * Postgres refuses to run as root. Run by root, it gets another user: the owner of its data folder when there is one, else
 * `postgres` (made when missing), else `nobody`. Run by anybody else it simply runs as that one.
 */
export function serverUser(dataDir: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return accountOf('postgres') ?? createPostgresAccount() ?? accountOf('nobody') ?? { uid: 65_534, gid: 65_534 };
}

function accountOf(name: string): ServerUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function createPostgresAccount(): ServerUser | undefined {
  const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' });
  return made.status === 0 ? accountOf('postgres') : undefined;
}

/**
 * `command` as that user. When the folders on the way are closed to others (a clone under /root, for example), the user
 * is given the capability to pass them, and no other.
 */
export function asServerUser(user: ServerUser | undefined, command: string, args: string[], paths: string[]): Command {
  if (user === undefined) return { command, args };
  if ([command, ...paths].every((path) => isReachable(path, user))) return { command, args, user };
  const setpriv = onPath('setpriv');
  if (setpriv === undefined) {
    throw new Error(
      `Postgres does not run as root, and its user may not enter ${paths.join(' or ')}: ` +
        'run as another user, or move the project into a folder that others may enter, such as /opt.',
    );
  }
  return { command: setpriv, args: [...setprivArguments(user), '--', command, ...args] };
}

function setprivArguments({ uid, gid }: ServerUser): string[] {
  const capabilities = '+dac_read_search,+dac_override';
  return [
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
    // access(2), by which Postgres looks for its programs, counts capabilities only under this bit.
    ...['--securebits', '+no_setuid_fixup'],
    ...['--inh-caps', capabilities, '--ambient-caps', capabilities],
  ];
}

/** Whether every folder above `path` lets this user through. */
function isReachable(path: string, user: ServerUser): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { uid, gid, mode } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** The first program of that name on PATH. */
export function onPath(program: string, path = processEnvironment()['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
