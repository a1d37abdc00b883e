/** What the worker bundles. */
export { bookingWorkflow } from './booking/workflow.ts';
export { housekeepingWorkflow } from './housekeeping/workflow.ts';
