import { auditActions, subjectOf, type AuditAction, type AuditSubject } from '#domain/audit-actions.ts';
import { asOrganization } from '#db/pool.ts';
import { auditLog } from '#db/queries/audit.ts';
import { scopeOf } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/booking.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

/** The organization's audit log, for those who answer for it. */
export function auditLogRoutes({ database }: ApiParts): Pick<Handlers, 'listAuditEvents'> {
  return {
    listAuditEvents: async ({ who, query }) => {
      const { cursor, limit, from, to, about, action, accountId, bookingId } = query;
      const rows = await asOrganization(database, scopeOf(who), (tx) =>
        auditLog(tx, {
          organizationId: who.organizationId,
          actorType: query.actor,
          accountId,
          actions: action ? [action] : about && actionsAbout(about),
          bookingId,
          from: from ? new Date(from) : undefined,
          to: to ? new Date(to) : undefined,
          before: cursor === undefined ? undefined : positionOf(cursor),
          limit: limit + 1,
        }),
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(present.auditEvent),
        nextCursor: rows.length > limit && last ? String(last.position) : null,
      };
    },
  };
}

const actionsAbout = (about: AuditSubject): AuditAction[] => auditActions.filter((one) => subjectOf(one) === about);

function positionOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new Refused('validation_failed', {
    errors: [{ field: 'query.cursor', code: 'invalid', message: 'This is not the end of a page.' }],
  });
}
