import { startBeside, runLoad } from './run.ts';
import type { BenchRow } from '../report.ts';
import { withSystem, type BenchSystem } from '../system/bench-system.ts';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import { insertSchedule } from '#db/queries/schedules.ts';
import type { LoadAsked, LoadSeen } from './requests.ts';

const seconds = 6;
const hours = [['09:00', '17:00']] as [string, string][];

/** GET …/slots of a month as pages ask for it, beside a bare Express route with as many bytes, in turns. */
export function slotsPath(): Promise<BenchRow[]> {
  return withSystem(async (system) => {
    const url = await monthUrl(system);
    const body = await (await fetch(url)).text();
    const { child, ready } = await startBeside<{ port: number }>('floor/express.ts', { bytes: body.length });
    const bareUrl = `http://127.0.0.1:${ready.port}/`;
    try {
      for (const warm of [url, bareUrl]) await load({ url: warm, connections: 4, seconds: 2 });
      const rows: BenchRow[] = [];
      for (const connections of [1, 16]) {
        const bare = await load({ url: bareUrl, connections, seconds });
        const slots = await load({ url, connections, seconds });
        const zipped = await load({ url, connections, seconds, headers: { 'accept-encoding': 'gzip' } });
        const on = `${connections} ${connections === 1 ? 'connection' : 'connections'}`;
        const floor = connections === 16 ? Math.max(5_000, 0.3 * bare.requestsPerSecond) : undefined;
        rows.push(
          ...rowsOf(`bare Express route (${body.length} bytes), ${on}`, bare),
          ...rowsOf(`slots over HTTP, ${on}`, slots, floor),
          ...rowsOf(`slots over HTTP, gzip, ${on}`, zipped),
        );
      }
      return rows;
    } finally {
      child.kill();
    }
  });
}

async function load(asked: LoadAsked): Promise<LoadSeen> {
  const seen = await runLoad<LoadSeen>('load/requests.ts', asked);
  if (seen.failed > 0) throw new Error(`${seen.failed} requests to ${asked.url} failed.`);
  return seen;
}

function rowsOf(name: string, { requestsPerSecond, p50, p95, p99 }: LoadSeen, floor?: number): BenchRow[] {
  return [
    { name, figure: requestsPerSecond, unit: '/s', better: 'higher', ...(floor === undefined ? {} : { floor }) },
    { name: `${name}: p50`, figure: p50, unit: 'ms', better: 'lower' },
    { name: `${name}: p95`, figure: p95, unit: 'ms', better: 'lower' },
    { name: `${name}: p99`, figure: p99, unit: 'ms', better: 'lower' },
  ];
}

/** A month of 31 days, 09:00 to 17:00 in New York every day, half-hour meetings: as in the engine's measurement. */
export async function monthUrl(system: BenchSystem): Promise<string> {
  const host = await buildHost(system);
  const weekly = { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours };
  const rules = { timeZone: 'America/New_York', weekly, overrides: [], blackouts: [], travel: [] };
  const scheduleId = await system.shared.database.transaction((tx) =>
    insertSchedule(tx, host, { name: 'Nine to five', isDefault: false, rules }),
  );
  const type = await buildMeetingType(system, host, { scheduleId, bookingWindow: { kind: 'rolling', days: 90 } });
  const from = new Date(Math.floor(Date.now() / 86_400_000 + 2) * 86_400_000);
  const to = new Date(from.getTime() + 31 * 86_400_000);
  const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), timeZone: 'Europe/Riga' });
  return `${system.baseUrl}/api/v1/pages/${host.slug}/${type.slug}/slots?${query.toString()}`;
}
