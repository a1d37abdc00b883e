import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Runs a script of the bench in a process of its own, and reads what it prints as JSON. What it is asked is its argument, and on its standard
 * input as well, for what is too long for an argument.
 */
export async function runLoad<Seen>(script: string, asked: unknown): Promise<Seen> {
  const input = JSON.stringify(asked);
  const child = start(script, input.length < 10_000 ? asked : null);
  child.stdin?.end(input);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}.`);
  return JSON.parse(text) as Seen;
}

/** Starts a script that says by message when it is ready; it ends when its parent hangs up. */
export async function startBeside<Ready>(
  script: string,
  asked: unknown,
): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = start(script, asked);
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as Ready),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${script} ended with ${String(code)} before it was ready.`);
    }),
  ]);
  return { child, ready };
}

function start(script: string, asked: unknown): ChildProcess {
  return fork(join(import.meta.dirname, '..', script), [JSON.stringify(asked)], {
    execArgv: [],
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
}
