import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

export const Live = z.object({ status: z.literal('ok') }).meta({ id: 'Live' });
export const Ready = z
  .object({
    status: z
      .enum(['ok', 'degraded', 'down'])
      .meta({ description: 'down: cannot serve at all; degraded: serves, but for what the checks name' }),
    checks: z.record(
      z.string().meta({ description: 'database, stream, engine, storage, mail, signing' }),
      z.object({
        status: z.enum(['ok', 'degraded', 'down']),
        latencyMs: z.number(),
        reason: z.enum(['timeout', 'unreachable', 'facts_wait', 'mails_wait', 'steps_keep_failing']).optional(),
      }),
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
