/** What the worker bundles. */
export { accountMailWorkflow } from './account-mail/workflow.ts';
export { bookingWorkflow } from './booking/workflow.ts';
export { housekeepingWorkflow } from './housekeeping/workflow.ts';
export { retentionWorkflow } from './retention/workflow.ts';
