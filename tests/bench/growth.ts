import { fillDatabase } from '#tests/filled-database.ts';
import { buildHost, buildMeetingType, type TestHost, type TestType } from '#tests/people.ts';
import { percentiles } from './load/percentiles.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';

const sizes = [10_000, 100_000, 1_000_000];
const hosts = 1_000;
const times = 40;
/** How much slower a question may be with the most bookings than with the fewest. */
const flat = 1.5;

type Question = { name: string; ask(turn: number): Promise<void>; between?(): Promise<void> };

/** What more data costs: the same questions of one host among a thousand, with ever more bookings. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const type = await buildMeetingType(system, host);
    const questions = questionsOf(system, host, type);
    const medians = new Map(questions.map(({ name }) => [name, [] as number[]]));
    const rows: BenchRow[] = [];
    for (const [index, to] of sizes.entries()) {
      const known = { ...host, meetingTypeId: type.id };
      await fillDatabase({ ownerUrl: system.ownerUrl, known, hosts, from: sizes[index - 1] ?? 0, to });
      for (const question of questions) {
        const { p50, p95 } = percentiles(await timesOf(question));
        medians.get(question.name)?.push(p50);
        const name = `${question.name}, ${to.toLocaleString('en-US')} bookings`;
        rows.push({ name: `${name}: p50`, figure: p50, unit: 'ms', better: 'lower' });
        rows.push({ name: `${name}: p95`, figure: p95, unit: 'ms', better: 'lower' });
      }
    }
    return [...rows, ...[...medians].map(growthOf)];
  });

function growthOf([name, medians]: [string, number[]]): BenchRow {
  const figure = (medians.at(-1) ?? NaN) / (medians[0] ?? NaN);
  return { name: `${name}: the most beside the fewest bookings`, figure, unit: '×', better: 'lower', floor: flat };
}

async function timesOf({ ask, between }: Question): Promise<number[]> {
  const taken: number[] = [];
  for (let turn = -5; turn < times; turn += 1) {
    const started = performance.now();
    await ask(turn);
    // The first few warm up.
    if (turn >= 0) taken.push(performance.now() - started);
    await between?.();
  }
  return taken;
}

function questionsOf(system: BenchSystem, host: TestHost, type: TestType): Question[] {
  const free = freeHalfHours();
  const get = async (path: string): Promise<void> => {
    const response = await fetch(`${system.baseUrl}/api/v1${path}`, { headers: { cookie: host.cookie } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}: ${text}`);
  };
  const day = Math.floor(Date.now() / 86_400_000) + 2;
  // A minute further each time: an answer kept in memory is not the question here.
  let minute = 0;
  const slots = (): Promise<void> => {
    const from = new Date(day * 86_400_000 + (minute += 1) * 60_000);
    const to = new Date(from.getTime() + 31 * 86_400_000);
    return get(`/pages/${host.slug}/${type.slug}/slots?from=${from.toISOString()}&to=${to.toISOString()}`);
  };
  return [
    { name: 'a month of slots, not from memory', ask: slots },
    { name: 'dashboard, upcoming', ask: () => get('/bookings?view=upcoming&limit=25') },
    { name: 'dashboard, past', ask: () => get('/bookings?view=past&limit=25') },
    { name: 'dashboard, search', ask: () => get('/bookings?view=all&q=nobody&limit=25') },
    { name: 'hold', ask: async () => void (await postHold(system, type, free())), between: () => untilQuiet(system) },
  ];
}

/** Times that the filled bookings, which are at ten in the morning, leave free. */
function freeHalfHours(): () => string {
  const next = halfHours();
  return () => {
    const startsAt = next();
    return startsAt.includes('T10:00') ? next() : startsAt;
  };
}
