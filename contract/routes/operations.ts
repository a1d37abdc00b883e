import { z } from 'zod';
import * as operations from '../operations.ts';
import { Page } from '../primitives.ts';
import { byId, withKey, ok, type Route } from './route.ts';

export const operationRoutes = {
  signingWebhook: {
    method: 'post',
    path: '/webhooks/signing/{provider}',
    summary: 'A signing provider’s webhook',
    audience: 'public',
    tag: 'webhooks',
    params: z.object({
      provider: z.enum(['builtin', 'docusign']).meta({ description: 'The provider that this installation signs with' }),
    }),
    success: ok(operations.WebhookReceived),
    problems: ['webhook_forged'],
  },
  mailWebhook: {
    method: 'post',
    path: '/webhooks/mail/{provider}',
    summary: 'What a mail provider says of a mail: delivered, bounced, marked as spam',
    audience: 'public',
    tag: 'webhooks',
    params: z.object({
      provider: z.enum(['postmark']).meta({ description: 'The provider that this installation sends through' }),
    }),
    success: ok(operations.WebhookReceived),
    problems: ['webhook_forged'],
  },
  listDeadLetters: {
    method: 'get',
    path: '/dead-letters',
    summary: 'What could not be processed',
    audience: 'host',
    tag: 'operations',
    success: ok(Page(operations.DeadLetter)),
  },
  replayDeadLetter: {
    method: 'post',
    path: '/dead-letters/{id}/replay',
    summary: 'Try it again',
    audience: 'host',
    tag: 'operations',
    params: byId,
    headers: withKey,
    success: ok(operations.DeadLetter),
  },
} as const satisfies Record<string, Route>;
