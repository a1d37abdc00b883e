import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFactsStream } from '#integrations/stream/facts-stream.ts';
import { findProgram } from '#runtime/embedded/binaries.ts';
import { parseNatsServers } from '#runtime/nats-servers.ts';
import type { Member } from '#tests/cluster/member.ts';
import { startNatsCluster } from '#tests/cluster/servers.ts';

let dir: string;
let cluster: { members: Member[]; url: string };
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-nats-'));
  cluster = await startNatsCluster(dir, await findProgram('nats-server'), 3);
});
afterAll(async () => {
  await Promise.all(cluster.members.map((member) => member.stop()));
  rmSync(dir, { recursive: true, force: true });
});

it('a process that starts while the cluster has no leader waits for one, and makes its stream on three servers', async () => {
  const [, ...others] = cluster.members;
  await Promise.all(others.map((member) => member.stop()));
  const opening = openFactsStream({ ...parseNatsServers(cluster.url), replicas: 3, name: 'early' });
  // Longer than one question waits for an answer.
  await sleep(6_000);
  await Promise.all(others.map((member) => member.start()));
  const stream = await opening;
  await stream.publish({ id: 'one', subject: 'slot.held.organization.host', json: {} });
  expect((await stream.bounds()).last).toBe(1);
  await stream.close();
}, 90_000);
