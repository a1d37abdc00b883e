import { findKnownByHash, findKnownDocument, signingRoots, type KnownRow } from '#db/queries/known-documents.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

/** Anybody may check a document: the file is looked at and forgotten. */
export function verificationRoutes(parts: ApiParts): Pick<Handlers, 'verifyFile' | 'knownDocument'> {
  const { database } = parts;
  return {
    verifyFile: async ({ rawBody }) => {
      const report = await parts.verifyPdf(rawBody, await signingRoots(database));
      const known = await findKnownByHash(database, report.sha256);
      return { ...report, known: known && present(known) };
    },
    knownDocument: async ({ params }) => {
      const known = await findKnownDocument(database, params.id);
      if (!known) throw new Refused('not_found');
      return present(known);
    },
  };
}

const present = ({ signedAt, ...row }: KnownRow) => ({ ...row, signedAt: signedAt?.toISOString() ?? null });
