import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ChangeOutcome, HoldOutcome } from './effects.ts';

export const bookingsQueue = 'bookings';
export const documentsQueue = 'documents';
export const mailQueue = 'mail';

/** All that a workflow is given: nothing personal is in its history. */
export type BookingInput = {
  bookingId: string;
  /** Go on from the stored state: nobody will send `hold`. */
  resume: boolean;
};

export const bookingWorkflowType = 'bookingWorkflow';
export const accountMailWorkflowType = 'accountMailWorkflow';
export const housekeepingWorkflowType = 'housekeepingWorkflow';
export const bookingWorkflowId = (bookingId: string): string => `booking-${bookingId}`;
/** Whose workflow it is; null: not a booking's. */
export const bookingOfWorkflow = (workflowId: string): string | null => /^booking-(.+)$/.exec(workflowId)?.[1] ?? null;

/** Takes the slot, or says why not: sent with the start, answered in the same round trip. */
export const hold = defineUpdate<HoldOutcome>('hold');
/** Somebody asks for a change; what and who is in the change request's row. */
export const change = defineUpdate<ChangeOutcome, [requestId: string]>('change');
/** For operators, without arguments, from the Web UI, the command line or the dashboard. */
export const cancel = defineUpdate<ChangeOutcome>('cancel');
export const release = defineUpdate<ChangeOutcome>('release');
export const resend = defineUpdate<ChangeOutcome>('resend');
export const retry = defineUpdate<ChangeOutcome>('retry');
/** Something was written about this booking elsewhere (a signature, a provider's webhook): look. */
export const news = defineSignal('news');

export const searchAttributes = {
  organizationId: defineSearchAttributeKey('OrganizationId', SearchAttributeType.KEYWORD),
  hostId: defineSearchAttributeKey('HostId', SearchAttributeType.KEYWORD),
  meetingTypeId: defineSearchAttributeKey('MeetingTypeId', SearchAttributeType.KEYWORD),
  bookingStatus: defineSearchAttributeKey('BookingStatus', SearchAttributeType.KEYWORD),
  ndaStatus: defineSearchAttributeKey('NdaStatus', SearchAttributeType.KEYWORD),
  startsAt: defineSearchAttributeKey('StartsAt', SearchAttributeType.DATETIME),
  needsAttention: defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL),
  attentionReason: defineSearchAttributeKey('AttentionReason', SearchAttributeType.KEYWORD),
};
