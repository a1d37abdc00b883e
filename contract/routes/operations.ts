import { z } from 'zod';
import { AuditEvent, AuditFilter } from '../bookings.ts';
import * as operations from '../operations.ts';
import { Page } from '../primitives.ts';
import { PageTraces } from '../page-traces.ts';
import { byId, none, withKey, ok, type Route } from './route.ts';

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
  reportPageTraces: {
    method: 'post',
    path: '/page-traces',
    summary: 'What a page saw of the traces it is part of; taken where the server sends traces, else passed over',
    audience: 'public',
    tag: 'operations',
    body: PageTraces,
    success: none,
  },
  listAuditEvents: {
    method: 'get',
    path: '/audit-events',
    summary: 'What happened in the organization, and who did it; newest first',
    audience: 'host',
    tag: 'operations',
    query: AuditFilter,
    success: ok(Page(AuditEvent)),
  },
  listDeadLetters: {
    method: 'get',
    path: '/dead-letters',
    summary: 'What of the organization could not be processed',
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
  listInstallationDeadLetters: {
    method: 'get',
    path: '/installation/dead-letters',
    summary: 'What could not be processed, and belongs to no organization',
    audience: 'host',
    tag: 'operations',
    success: ok(Page(operations.DeadLetter)),
  },
  replayInstallationDeadLetter: {
    method: 'post',
    path: '/installation/dead-letters/{id}/replay',
    summary: 'Try it again',
    audience: 'host',
    tag: 'operations',
    params: byId,
    headers: withKey,
    success: ok(operations.DeadLetter),
  },
} as const satisfies Record<string, Route>;
