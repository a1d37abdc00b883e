import { freePorts } from '#runtime/embedded/ports.ts';
import { linkNames, type LinkName } from '../plan/faults.ts';
import { findToxiproxy, startToxiproxy, type Toxiproxy } from './toxiproxy.ts';

/** Where the two ends of each connection find each other. */
export type Links = {
  /** The port to call for the other end of a link. */
  portOf(link: LinkName): number;
  /** Null: there is nothing between the ends, and no connection can be hurt. */
  toxiproxy: Toxiproxy | null;
  /** Why not, when not. */
  absent: string | null;
};

type Upstreams = Readonly<Record<string, number>>;

/** A proxy in each connection, where there is one. @param upstreams the port of each second end: postgres, nats, … */
export async function startLinks(
  upstreams: Upstreams,
  place: { logFile: string; runDir: string },
  isWanted: boolean,
): Promise<Links> {
  const upstreamOf = (link: LinkName): number => upstreams[link.split('-')[1] ?? ''] ?? 0;
  const found = isWanted ? await findToxiproxy() : { absent: 'they were not asked for' };
  if ('absent' in found) return { portOf: upstreamOf, toxiproxy: null, absent: found.absent };
  const [port = 0, ...listening] = await freePorts(linkNames.length + 1);
  const toxiproxy = await startToxiproxy(found.program, { port, ...place });
  const ports = new Map(linkNames.map((name, index) => [name, listening[index] ?? 0]));
  for (const [name, listen] of ports) await toxiproxy.add(name, { listen, upstream: upstreamOf(name) });
  return { portOf: (link) => ports.get(link) ?? 0, toxiproxy, absent: null };
}
