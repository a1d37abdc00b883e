import { setTimeout as sleep } from 'node:timers/promises';
import { bookingOfWorkflow, bookingWorkflowId } from '#workflows/booking/messages.ts';
import type { Stage } from '../actors/perform.ts';
import type { Page } from '../actors/pages.ts';
import type { Evidence, PageSeen } from './evidence.ts';
import { readApi } from './read-api.ts';
import { readDatabase } from './read-database.ts';
import { readStream } from './read-stream.ts';

const pagesCatchUpWithinMs = 30_000;
/** One whose history cannot be replayed is replaced a minute after its booking ended, when its task has failed often enough. */
const workflowsEndWithinMs = 180_000;

/** Looks at everything from outside. @param faultsStruck how many faults the run had */
export async function gather(stage: Stage, faultsStruck: number): Promise<Evidence> {
  const { system, journal, scene } = stage;
  const hostIds = scene.hosts.map(({ hostId }) => hostId);
  const natsUrl = system.config.nats.servers[0] ?? '';
  const fromDatabase = await readDatabase(system.superuserUrl, hostIds, system.disk.dir);
  const streamed = await readStream(natsUrl, hostIds);
  await untilPagesHeard(stage, streamed.at(-1)?.position ?? 0);
  const known = new Map(
    fromDatabase.envelopes.map(({ providerEnvelopeId, bookingId }) => [providerEnvelopeId, bookingId]),
  );
  const lastDay = Math.max(0, ...fromDatabase.bookings.map(({ to }) => Math.ceil((to - scene.firstDay) / 86_400_000)));
  return {
    faultsStruck,
    ...fromDatabase,
    streamed,
    provider: [...system.provider.envelopes.all.values()]
      // Envelopes of another run on the same system are that run's.
      .filter(({ envelopeId, signer }) => known.has(envelopeId) || isGuestOf(stage, signer.email))
      .map(({ envelopeId, transactionId, status, completedDateTime }) => ({
        envelopeId,
        about: transactionId ?? '',
        status,
        completedAt: completedDateTime === undefined ? null : Date.parse(completedDateTime),
      })),
    webhooks: system.provider.connect.delivered.map(({ envelopeId, event, at }) => ({
      envelopeId,
      event,
      at: at.getTime(),
    })),
    mails: system.mail.received,
    pages: stage.pages.map((page) => pageSeen(stage, page)),
    told: journal.told,
    known: journal.bookings,
    refusedHolds: journal.refusedHolds,
    contradictions: journal.contradictions,
    ...(await readApi(stage, lastDay)),
    runningWorkflows: await running(stage, fromDatabase.bookings),
    hostEmails: new Map(scene.hosts.map(({ hostId, email }) => [hostId, email])),
  };
}

function isGuestOf({ journal }: Stage, email: string): boolean {
  return journal.askedAs.has(email);
}

/** A page that hears a moment later is not a page that misses something. */
async function untilPagesHeard(stage: Stage, last: number): Promise<void> {
  const deadline = Date.now() + pagesCatchUpWithinMs;
  const isBehind = ({ request, heard }: Page) => request.room === 'dashboard' && (heard.at(-1)?.position ?? 0) < last;
  while (Date.now() < deadline && stage.pages.filter(isBehind).length >= stage.scene.hosts.length) await sleep(200);
  await sleep(2_000);
}

function pageSeen({ scene, journal }: Stage, page: Page): PageSeen {
  const { request } = page;
  const about =
    request.room === 'booking'
      ? journal.bookings.find(({ token }) => token === request.token)?.id
      : request.room === 'host'
        ? request.hostId
        : scene.hosts[page.host ?? 0]?.hostId;
  return {
    room: request.room,
    about: about ?? '',
    position: request.position,
    heard: page.heard.map(({ position }) => position),
    rejoined: page.rejoined,
    troubles: page.troubles,
  };
}

/** Bookings whose workflow runs. Visibility is a moment late: asked again until it fits, or the time is over; of one that should have ended, what it is at. */
async function running({ system }: Stage, bookings: Evidence['bookings']): Promise<Map<string, string>> {
  const deadline = Date.now() + workflowsEndWithinMs;
  const query = "ExecutionStatus = 'Running' and WorkflowType = 'bookingWorkflow'";
  const shouldRun = new Set(bookings.filter(({ status }) => status === 'confirmed').map(({ id }) => id));
  const ended = new Set(bookings.map(({ id }) => id).filter((id) => !shouldRun.has(id)));
  for (;;) {
    const ids = new Set<string>();
    for await (const { workflowId } of system.shared.temporal.workflow.list({ query }))
      ids.add(bookingOfWorkflow(workflowId) ?? workflowId);
    const late = [...ids].filter((id) => ended.has(id));
    const isRight = [...shouldRun].every((id) => ids.has(id)) && late.length === 0;
    if (isRight || Date.now() > deadline) {
      const accounts = new Map<string, string>();
      for (const id of ids) accounts.set(id, ended.has(id) ? await whatItIsAt(system, id) : '');
      return accounts;
    }
    await sleep(2_000);
  }
}

/** What an operator would read in the Temporal Web UI. */
async function whatItIsAt({ shared }: Stage['system'], bookingId: string): Promise<string> {
  const handle = shared.temporal.workflow.getHandle(bookingWorkflowId(bookingId));
  const { raw, status, historyLength } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const lastEvents = (events ?? []).slice(-8).map(nameOfEvent);
  const activities = (raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure }) =>
      `${activityType?.name ?? ''} at attempt ${attempt ?? 0}${lastFailure ? ` after ${lastFailure.message ?? ''}` : ''}`,
  );
  const task = raw.pendingWorkflowTask ? `a task at attempt ${raw.pendingWorkflowTask.attempt ?? 0}` : 'no task';
  return `${status.name} with ${historyLength} events, ${task}, activities: ${activities.join(', ') || 'none'}; last: ${lastEvents.join(' ')}`;
}

/** An event has one set of attributes, named after its type. */
function nameOfEvent(event: object): string {
  const [attributes = 'unknown'] = Object.entries(event).flatMap(([name, value]) =>
    name.endsWith('EventAttributes') && value ? [name] : [],
  );
  return attributes.replace('EventAttributes', '');
}
