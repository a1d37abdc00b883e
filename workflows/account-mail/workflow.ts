import { proxyActivities } from '@temporalio/workflow';
import type { MailEffects } from '../booking/effects.ts';
import { mailQueue } from '../booking/messages.ts';

const { sendMail } = proxyActivities<MailEffects>({
  taskQueue: mailQueue,
  startToCloseTimeout: '45 seconds',
  // A link by mail is worth something for half an hour.
  scheduleToCloseTimeout: '30 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** One mail about an account. Its address and links are in the message's row, not here. */
export async function accountMailWorkflow(messageId: string): Promise<void> {
  await sendMail(messageId);
}
