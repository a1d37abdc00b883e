import { z } from 'zod';
import { findDocument, type DocumentRow } from '#db/queries/documents.ts';
import type { Actor } from '#db/queries/audit.ts';
import type { ApiParts } from './parts.ts';
import { Refused } from './problem.ts';
import type { FileAnswer } from './route.ts';
import { openDocument } from './routes/guest-booking.ts';

const minutes = 5;

/** What is inside a link: one document, who asked for it, and when it ends (milliseconds since 1970). */
const contents = z.object({
  documentId: z.uuid(),
  actor: z.object({ type: z.enum(['guest', 'host']), id: z.string() }),
  until: z.number(),
});
const context = 'document.link';

/**
 * A link to one document for a few minutes, without log-in: for a new tab, a phone's reader, a mail program. What it says is encrypted and
 * authenticated under the master key: it cannot be guessed, changed, or read; nothing about it is stored.
 */
export function makeDocumentLink(
  parts: ApiParts,
  document: DocumentRow,
  actor: Actor,
): { url: string; expiresAt: string } {
  if (document.removedAt) throw new Refused('document_removed');
  const until = parts.clock.now().getTime() + minutes * 60_000;
  const inside = { documentId: document.id, actor: { type: actor.type, id: actor.id }, until };
  const token = parts.cipher.seal(JSON.stringify(inside), context).toString('base64url');
  return { url: `${parts.publicUrl}/api/v1/document-links/${token}`, expiresAt: new Date(until).toISOString() };
}

/** The document behind a link, to be shown in the page; the reading is on record with who had asked for the link, and from where it is read. */
export async function openDocumentLink(parts: ApiParts, token: string, ip: string | null): Promise<FileAnswer> {
  const link = readToken(parts, token);
  if (!link || link.until <= parts.clock.now().getTime()) throw new Refused('link_expired');
  const document = await findDocument(parts.database, link.documentId);
  if (!document) throw new Refused('link_expired');
  return { ...(await openDocument(parts, document, { ...link.actor, ip }, 'link')), inline: true };
}

function readToken({ cipher }: ApiParts, token: string): z.infer<typeof contents> | null {
  try {
    return contents.parse(JSON.parse(cipher.open(Buffer.from(token, 'base64url'), context)));
  } catch {
    return null;
  }
}
