import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

export const Live = z.object({ status: z.literal('ok') }).meta({ id: 'Live' });
export const Ready = z
  .object({
    status: z.enum(['ok', 'degraded']),
    checks: z.record(
      z.string(),
      z.object({ status: z.enum(['ok', 'failing']), latencyMs: z.number().optional(), reason: z.string().optional() }),
    ),
  })
  .meta({ id: 'Ready' });
export const DeadLetter = z
  .object({ id: Id, source: z.string(), reason: z.string(), createdAt: Instant, replayedAt: Instant.nullable() })
  .meta({ id: 'DeadLetter' });
export const WebhookReceived = z
  .object({ status: z.enum(['accepted', 'repeated', 'ignored', 'dead_letter']) })
  .meta({ id: 'WebhookReceived' });
export const MailboxList = z
  .object({
    items: z.array(
      z.object({ id: z.string(), to: z.string(), subject: z.string(), date: Instant, hasAttachments: z.boolean() }),
    ),
  })
  .meta({ id: 'MailboxList' });
