export const retentionWorkflowType = 'retentionWorkflow';
/** The schedule that starts it, in the engine's own list of schedules: an operator can pause it there, or start a run at once. */
export const retentionScheduleId = 'retention';
