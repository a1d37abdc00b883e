import { fillDatabase } from '#tests/filled-database.ts';
import { buildHost, buildMeetingType, type TestHost, type TestType } from '#tests/people.ts';
import { percentiles } from './load/percentiles.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';

const sizes = [10_000, 100_000, 1_000_000];
const hosts = 1_000;
/** Of the host that is asked about, whatever the others have: two years of one meeting a day, and a page of any list is full. */
const ofKnown = 1_000;
const times = 40;
/** How much slower a question may be with the most bookings than with the fewest. */
const flat = 1.5;

/** The least that asks the database: what the machine makes of it at that moment, whatever the data. */
const plainest = 'who is logged in';
const compared = 'the most beside the fewest bookings';

type Question = { name: string; ask(): Promise<void>; after?(): Promise<void> };

/** What more data costs: the same questions of one host among a thousand, who have ever more bookings. */
export const bench: Bench = () =>
  withSystem(async (system) => {
    const host = await buildHost(system);
    const type = await buildMeetingType(system, host);
    const questions = questionsOf(system, host, type);
    const medians = new Map(questions.map(({ name }) => [name, [] as number[]]));
    const rows: BenchRow[] = [];
    for (const [index, to] of sizes.entries()) {
      const known = { ...host, meetingTypeId: type.id };
      await fillDatabase({ ownerUrl: system.ownerUrl, known, hosts, from: sizes[index - 1] ?? 0, to, ofKnown });
      // A process that has just started runs its code several times slower: the fewest bookings would look like the most.
      if (index === 0) await timesOf(questions);
      const taken = await timesOf(questions);
      for (const question of questions) {
        const { p50, p95 } = percentiles(taken.get(question.name) ?? []);
        medians.get(question.name)?.push(p50);
        const name = `${question.name}, ${to.toLocaleString('en-US')} bookings`;
        rows.push({ name: `${name}: p50`, figure: p50, unit: 'ms', better: 'lower' });
        rows.push({ name: `${name}: p95`, figure: p95, unit: 'ms', better: 'lower' });
      }
    }
    const machine = growthOf(medians.get(plainest) ?? []);
    const grown = [...medians].filter(([name]) => name !== plainest);
    return [
      ...rows,
      { name: `${plainest}: ${compared}`, figure: machine, unit: '×', better: 'lower' },
      ...grown.map(([name, taken]) => grownRow(name, growthOf(taken) / machine)),
    ];
  });

const growthOf = (medians: readonly number[]): number => (medians.at(-1) ?? NaN) / (medians[0] ?? NaN);

/** @param figure what is left of the growth when the plainest question's, which is the machine's, is taken out */
function grownRow(name: string, figure: number): BenchRow {
  return { name: `${name}: ${compared}, without the machine’s part`, figure, unit: '×', better: 'lower', floor: flat };
}

/** All questions in turn, so that what else the machine does weighs on each alike. */
async function timesOf(questions: readonly Question[]): Promise<Map<string, number[]>> {
  const taken = new Map(questions.map(({ name }) => [name, [] as number[]]));
  for (let turn = -5; turn < times; turn += 1) {
    for (const { name, ask, after } of questions) {
      const started = performance.now();
      await ask();
      // The first few warm up.
      if (turn >= 0) taken.get(name)?.push(performance.now() - started);
      await after?.();
    }
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
    { name: plainest, ask: () => get('/me') },
    { name: 'a month of slots, not from memory', ask: slots },
    { name: 'dashboard, upcoming', ask: () => get('/bookings?view=upcoming&limit=25') },
    { name: 'dashboard, past', ask: () => get('/bookings?view=past&limit=25') },
    { name: 'dashboard, search', ask: () => get('/bookings?view=all&q=nobody&limit=25') },
    { name: 'hold', ask: async () => void (await postHold(system, type, free())), after: () => untilQuiet(system) },
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
