import { releaseStrayClaim } from '#db/changes/stray-claim.ts';
import { findBooking } from '#db/queries/bookings.ts';
import {
  bookingsOver,
  envelopesLeftBehind,
  strayClaims,
  stuckBookings,
  unclaimedBookings,
  unknownBookings,
} from '#db/queries/inspection.ts';
import { bookingsToNudge, bookingsUnderWay, overdueHolds } from '#db/queries/left-behind.ts';
import { bookingWorkflowId, bookingWorkflowType } from '#workflows/booking/messages.ts';
import { counted, shown, type Check, type Finding, type Patient } from './finding.ts';

const overdueAfterSeconds = 120;
const madeJustNowSeconds = 10;
/** So long does the sweep try by itself. */
const overSinceSeconds = 600;

/** Every booking that has something to come needs a workflow, and every workflow a booking. */
export const workflows: Check = {
  name: 'workflows',
  title: 'every running booking has its workflow',
  look: async (patient) => {
    const running = await runningBookings(patient);
    const underWay = await bookingsUnderWay(patient.database, madeJustNowSeconds);
    const gone: string[] = [];
    // The engine's list is a moment behind: what it lacks is asked for by name.
    for (const id of underWay) if (!running.has(id) && !(await isRunning(patient, id))) gone.push(id);
    const strangers = running.size === 0 ? [] : await unknownBookings(patient.database, [...running]);
    const over = running.size === 0 ? [] : await bookingsOver(patient.database, [...running], overSinceSeconds);
    return [...goneFinding(patient, gone), ...outlivedFinding(patient, over), ...strangersFinding(patient, strangers)];
  },
};

function goneFinding(patient: Patient, ids: readonly string[]): Finding[] {
  if (ids.length === 0) return [];
  return [
    {
      severity: 'error',
      what: `${counted(ids.length, 'running booking has', 'running bookings have')} no workflow`,
      why: 'Nothing will end its hold, confirm it after the signature, or send its reminders, until somebody asks for something.',
      todo: 'countersign doctor --fix starts each from the stored state.',
      ids: shown(ids),
      mend: () => wake(patient, ids),
    },
  ];
}

function outlivedFinding(patient: Patient, ids: readonly string[]): Finding[] {
  if (ids.length === 0) return [];
  return [
    {
      severity: 'warning',
      what: `${counted(ids.length, 'workflow runs', 'workflows run')} although the booking is over`,
      why: 'They did not hear of the end, or their history cannot be replayed: they take room, and hide what matters.',
      todo: 'countersign doctor --fix tells each, and replaces those that cannot go on.',
      ids: shown(ids),
      mend: async () => {
        for (const id of ids) {
          const booking = await findBooking(patient.database, id);
          if (booking && !(await patient.engine.revive(booking))) await patient.engine.nudge(booking);
        }
      },
    },
  ];
}

function strangersFinding({ temporal }: Patient, ids: readonly string[]): Finding[] {
  if (ids.length === 0) return [];
  return [
    {
      severity: 'warning',
      what: `${counted(ids.length, 'workflow is', 'workflows are')} about bookings that the database does not know`,
      why: 'They are of a time after the backup that was restored, or of another database: they fail for ever, and hide what matters.',
      todo: 'Make sure that DATABASE_URL and TEMPORAL_NAMESPACE belong together; countersign doctor --fix then ends them.',
      ids: shown(ids),
      mend: async () => {
        for (const id of ids)
          await temporal.workflow.getHandle(bookingWorkflowId(id)).terminate('Its booking is not in the database.');
      },
    },
  ];
}

export const claims: Check = {
  name: 'claims',
  title: 'every claim belongs to a live booking, and every live booking has its claim',
  look: async (patient) => {
    const { database } = patient;
    const [stray, unclaimed] = [await strayClaims(database), await unclaimedBookings(database)];
    const findings: Finding[] = [];
    if (stray.length > 0) {
      findings.push({
        severity: 'error',
        what: `${counted(stray.length, 'claim keeps', 'claims keep')} a time that no booking needs`,
        why: 'Guests cannot book these times.',
        todo: 'countersign doctor --fix lets them go, and every open page sees it.',
        ids: shown(stray),
        mend: async () => {
          for (const id of stray) await releaseStrayClaim(database, id);
        },
      });
    }
    if (unclaimed.length > 0) {
      findings.push({
        severity: 'error',
        what: `${counted(unclaimed.length, 'booking has', 'bookings have')} no claim on its time`,
        why: 'Somebody else can book the same time: rows were changed by hand.',
        todo: 'Look at each in the dashboard, and cancel or reschedule it with its guest.',
        ids: shown(unclaimed),
      });
    }
    return findings;
  },
};

export const leftLying: Check = {
  name: 'left-lying',
  title: 'holds end, signatures are collected, envelopes are voided in time',
  look: async (patient) => {
    const { database } = patient;
    const overdue = new Set([
      ...(await overdueHolds(database, overdueAfterSeconds)),
      ...(await bookingsToNudge(database, overdueAfterSeconds)),
      ...(await envelopesLeftBehind(database)),
    ]);
    if (overdue.size === 0) return [];
    return [
      {
        severity: 'error',
        what: `${counted(overdue.size, 'booking waits', 'bookings wait')} for a step that should have been done by now`,
        why: 'A hold that does not end, a signature that is not collected, an envelope that can still be signed, or a mail that does not leave: no worker runs, or it cannot keep up.',
        todo: 'See that a worker runs and what it logs. countersign doctor --fix wakes each booking’s workflow.',
        ids: shown([...overdue]),
        mend: () => wake(patient, [...overdue]),
      },
    ];
  },
};

export const stuck: Check = {
  name: 'stuck',
  title: 'no step needs attention',
  look: async ({ database }) =>
    (await stuckBookings(database)).map(({ id, step, reason, since }) => ({
      severity: 'error',
      what: `Booking ${id} is stuck at ${step}: ${reason}${since ? `, since ${since.toISOString()}` : ''}`,
      why: 'The slot stays with its guest, and the booking does not go on.',
      todo: `Remove the cause (docs/operations.md, "A booking that is stuck"), then countersign retry ${id}.`,
      ids: [id],
    })),
};

/** Tells a workflow to look at the stored state; starts one where there is none. */
async function wake({ database, engine }: Patient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const booking = await findBooking(database, id);
    if (booking) await engine.nudge(booking);
  }
}

async function runningBookings({ temporal }: Patient): Promise<Set<string>> {
  const prefix = bookingWorkflowId('');
  const query = `WorkflowType = "${bookingWorkflowType}" AND ExecutionStatus = "Running"`;
  const ids = new Set<string>();
  for await (const { workflowId } of temporal.workflow.list({ query }))
    if (workflowId.startsWith(prefix)) ids.add(workflowId.slice(prefix.length));
  return ids;
}

async function isRunning({ temporal }: Patient, bookingId: string): Promise<boolean> {
  try {
    const { status } = await temporal.workflow.getHandle(bookingWorkflowId(bookingId)).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return false;
    throw error;
  }
}
