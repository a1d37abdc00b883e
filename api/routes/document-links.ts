import { asOrganization } from '#db/pool.ts';
import { documentOf, findDocument } from '#db/queries/documents.ts';
import { belongsTo } from '#db/queries/host-bookings.ts';
import { makeDocumentLink, openDocumentLink } from '../document-links.ts';
import { scopeOf } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { asGuest } from './guest-booking.ts';

type LinkHandlers = Pick<Handlers, 'bookingDocumentLink' | 'guestDocumentLink' | 'openDocumentLink'>;

/** Documents for a new tab: whoever may read one gets a link to it that ends by itself. */
export function documentLinkRoutes(parts: ApiParts): LinkHandlers {
  const { database } = parts;
  return {
    bookingDocumentLink: async ({ who, params, ip }) => {
      const isOwn = await asOrganization(database, scopeOf(who), (tx) => belongsTo(tx, who.organizationId, params.id));
      const document = isOwn ? await findDocument(database, params.documentId) : null;
      if (document?.bookingId !== params.id) throw new Refused('not_found');
      return makeDocumentLink(parts, document, { type: 'host', id: who.accountId, ip });
    },
    guestDocumentLink: async (call) => {
      const { bookingId } = call.who;
      const document =
        (await documentOf(database, bookingId, 'signed')) ?? (await documentOf(database, bookingId, 'agreement'));
      if (!document) throw new Refused('not_found');
      return makeDocumentLink(parts, document, asGuest(call));
    },
    openDocumentLink: ({ params, ip }) => openDocumentLink(parts, params.token, ip),
  };
}
