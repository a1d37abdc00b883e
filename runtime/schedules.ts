import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { bookingsQueue } from '#workflows/booking/messages.ts';
import { retentionScheduleId, retentionWorkflowType } from '#workflows/retention/messages.ts';

/** What runs by the clock, made once for the installation; one that an operator changed or paused is left as it is. */
export async function ensureSchedules(temporal: Client): Promise<void> {
  await temporal.schedule
    .create({
      scheduleId: retentionScheduleId,
      spec: { intervals: [{ every: '1 hour', offset: '13 minutes' }] },
      action: {
        type: 'startWorkflow',
        workflowType: retentionWorkflowType,
        workflowId: 'retention',
        taskQueue: bookingsQueue,
        args: [],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
    })
    .catch((error: unknown) => {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    });
}
