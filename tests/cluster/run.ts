import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shared } from '#runtime/composition.ts';
import { loadConfig } from '#runtime/config.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { timed } from '#runtime/progress.ts';
import { promoteVersion } from '#runtime/worker-version.ts';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import { confirmationsInStream, historyOf, mailsOf, untilSettled } from './afterwards.ts';
import { holdsAlone } from './alone.ts';
import { costOf, memoryOfAll } from './costs.ts';
import { type Guests, welcomeGuests } from './guests.ts';
import type { Member } from './member.ts';
import { makeOtherVersion } from './other-version.ts';
import { type Place, startApi, startWorker, type Version, type WorkerKind } from './processes.ts';
import { prepareProduct } from './product.ts';
import { startProxy } from './proxy.ts';
import { isLost, tableOf } from './report.ts';
import { clusterPrograms, startServers } from './servers.ts';
import { openWatcher } from './watcher.ts';

/**
 * `npm run test:cluster [-- --keep]`: the rehearsal of a bad day in production. Ends with 0 when no booking was lost, nothing
 * was done twice, and every version of the worker went on with what the other had begun. `--keep` leaves the logs.
 */
const root = join(import.meta.dirname, '..', '..');
const phaseMs = 12_000;
/** What was asked for in the phase before is answered first. */
const betweenMs = 3_000;
const guestsAtOnce = 3;
const heldOverTheRollout = 4;
const say = (line: string) => process.stdout.write(`${line}\n`);
const undo: (() => Promise<unknown> | void)[] = [];
const problems: string[] = [];

async function rehearse(dir: string): Promise<void> {
  const programs = await clusterPrograms(say);
  const servers = await timed('Postgres, NATS ×3, Temporal', say, () => startServers(dir, programs, 3));
  undo.push(() => servers.stop());
  const { shared, place } = await prepareProduct(dir, servers, 3, say);
  undo.push(() => shared.close());
  const first: Version = { root, buildId: 'first' };
  const ports = await freePorts(2);
  const promote = ({ buildId }: Version) =>
    promoteVersion(shared.temporal.connection as Parameters<typeof promoteVersion>[0], {
      ...{ namespace: 'countersign', buildId, timeoutMs: 60_000 },
    });
  const both = (kind: WorkerKind) => startAll([1, 2].map((number) => () => startWorker(kind, number, first, place)));
  const [workers, documents, apis] = await timed('Two workers of each kind, two apis', say, async () => {
    const started = await Promise.all([
      both('worker'),
      both('documents'),
      startAll(ports.map((port, index) => () => startApi(`api-${index + 1}`, port, first, place))),
    ]);
    await promote(first);
    return started;
  });
  const proxy = await startProxy(ports);
  undo.push(() => proxy.close());
  const api = { baseUrl: proxy.url, shared };
  const host = await buildHost(api);
  const [plain, nda] = [await buildMeetingType(api, host), await buildMeetingType(api, host, { nda: true })];
  const guests = await welcomeGuests(api, host, { plain, nda });
  const watcher = openWatcher(proxy.url, host.hostId);
  undo.push(() => watcher.close());

  const next: Version = { root: join(dir, 'next'), buildId: 'next' };
  makeOtherVersion(next.root);
  guests.phase = 'held over the rollout';
  const toSign = await startAll(Array.from({ length: heldOverTheRollout }, () => () => guests.hold()));
  const parts = {
    api: apis.map((each) => each.pid()),
    worker: workers.map((each) => each.pid()),
    documents: documents.map((each) => each.pid()),
    Temporal: [servers.temporal.pid()],
    Postgres: [servers.postgresPid],
    NATS: servers.nats.map((each) => each.pid()),
  };
  const { address, namespace } = loadConfig(place.env).temporal;
  const costs = [
    await timed('one guest at a time', say, () => holdsAlone(guests, shared, { address, namespace })),
    await timed('bookings without NDA', say, () => costOf('without NDA', guests, shared, parts, Infinity)),
    await timed('bookings with NDA', say, () => costOf('with NDA', guests, shared, parts, 1)),
    memoryOfAll(parts),
  ];
  guests.phase = 'everything runs';
  const crowd = guests.book(guestsAtOnce);
  await during(guests, 'everything runs', () => sleep(phaseMs));
  await during(guests, 'one api killed', () => killAndStartAgain(apis[0]));
  await during(guests, 'one worker killed', () => killAndStartAgain(workers[0]));
  await during(guests, 'one worker for documents killed', () => killAndStartAgain(documents[0]));
  await during(guests, 'one NATS killed', () => killAndStartAgain(servers.nats[0]));
  await during(guests, 'Temporal killed', () => killAndStartAgain(servers.temporal));
  await during(guests, 'next worker version', async () => {
    // As the chart does it: a new one of each kind beside the old ones, promoted as soon as they ask for tasks, then the others in turn.
    const newOfEachKind = (number: number) =>
      startAll((['worker', 'documents'] as const).map((kind) => () => startWorker(kind, number, next, place)));
    await Promise.all([newOfEachKind(3), promote(next)]);
    await Promise.all([workers[0]?.stop(), documents[0]?.stop()]);
    await newOfEachKind(4);
    await Promise.all([workers[1]?.stop(), documents[1]?.stop()]);
    await Promise.all(toSign.map((finish) => finish()));
    await sleep(phaseMs / 2);
  });
  await crowd.stop();
  await judge(shared, guests, watcher.told, place);
  say(`\n${costs.join('\n')}`);
  say(`\nThe open page lost its connection ${watcher.lostConnections()} times.`);
}

async function startAll<T>(starts: (() => Promise<T>)[]): Promise<T[]> {
  const settled = await Promise.allSettled(starts.map((start) => start()));
  const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const each of started) if (isMember(each)) undo.push(() => each.stop());
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return started;
}

function isMember(value: unknown): value is Member {
  return typeof value === 'object' && value !== null && 'stop' in value;
}

async function during(guests: Guests, phase: string, work: () => Promise<unknown>): Promise<void> {
  guests.phase = phase;
  await timed(phase, say, work);
}

/** Dead for half of the phase, back for the other half. */
async function killAndStartAgain(member: Member | undefined): Promise<void> {
  await sleep(betweenMs);
  await member?.kill();
  await sleep(phaseMs / 2);
  await member?.start();
  await sleep(phaseMs / 2);
}

async function judge(shared: Shared, guests: Guests, told: ReadonlySet<string>, { env }: Place): Promise<void> {
  const { wishes } = guests;
  const expect = (holds: boolean, problem: string) => void (holds || problems.push(problem));
  const left = await timed('until nothing is left to do', say, () => untilSettled(shared));
  const confirmations = await confirmationsInStream(shared);
  const mails = await mailsOf(shared, join(env['STATE_DIR'] ?? '', 'mailbox'));
  const confirmed = wishes.filter(({ confirmedAt }) => confirmedAt !== undefined);
  const histories = await Promise.all(
    confirmed.map(async (wish) => ({ wish, ...(await historyOf(shared, wish.bookingId ?? '')) })),
  );
  const both = histories.filter(({ buildIds }) => buildIds.length === 2);
  const onlyNext = histories.filter(({ buildIds }) => buildIds.length === 1 && buildIds[0] === 'next');
  const held = wishes.filter(({ heldAt }) => heldAt !== undefined);

  say(`\n${tableOf(wishes)}\n`);
  say(
    `Bookings: ${wishes.length} asked for, ${held.length} promised, ${confirmed.length} confirmed, ${wishes.filter(isLost).length} lost.`,
  );
  say(
    `Facts: ${confirmations.size} confirmations in the stream. Mails: ${mails.sent} sent, ${mails.overtaken} overtaken by their booking.`,
  );
  say(
    `Versions: ${histories.length - both.length - onlyNext.length} bookings on the first alone, ${both.length} on both, ${onlyNext.length} on the next alone.`,
  );
  for (const { trouble, phase } of wishes) if (trouble !== undefined) problems.push(`${phase}: ${trouble}`);
  expect(
    wishes.every((wish) => !isLost(wish)),
    'bookings were lost',
  );
  expect(left.unpublished === 0 && left.unsent === 0, `left behind: ${JSON.stringify(left)}`);
  expect(
    confirmed.every(({ bookingId }) => confirmations.get(bookingId ?? '') === 1),
    'not every confirmation is in the stream once',
  );
  expect(confirmations.size === confirmed.length, 'the stream has confirmations that nobody asked for');
  expect(mails.missing === 0, `${mails.missing} mails are said to be sent and lie in no mailbox`);
  for (const { phase, bookingId, startsAt, heldAt } of held.filter((wish) => !told.has(wish.startsAt)))
    problems.push(
      `${phase}: the open page was not told of ${startsAt} (booking ${bookingId ?? ''}, ${heldAt ?? 0} ms)`,
    );
  expect(
    histories.every(({ failedTasks }) => failedTasks === 0),
    'a version could not replay what the other had done',
  );
  expect(
    histories.every(({ unknownSteps }) => unknownSteps === 0),
    'a step was sent to a worker whose version does not have it',
  );
  expect(
    both.every(({ hasPatch }) => !hasPatch),
    'a booking took up the next version’s step in the middle',
  );
  expect(
    onlyNext.length > 0 && onlyNext.every(({ hasPatch }) => hasPatch),
    'new bookings did not run the next version',
  );
  expect(both.length >= heldOverTheRollout, 'held bookings did not go on with the next version');
}

const dir = mkdtempSync(join(tmpdir(), 'countersign-cluster-'));
chmodSync(dir, 0o755);
try {
  await rehearse(dir);
} catch (error) {
  problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  for (const step of undo.toReversed())
    await Promise.resolve(step()).catch((error: unknown) => problems.push(String(error)));
}
if (problems.length > 0) say(`\nIt does not hold:\n  ${[...new Set(problems)].join('\n  ')}\nLogs: ${dir}/logs`);
else say('\nIt holds.');
if (problems.length === 0 && !process.argv.includes('--keep')) rmSync(dir, { recursive: true, force: true });
process.exit(problems.length === 0 ? 0 : 1);
