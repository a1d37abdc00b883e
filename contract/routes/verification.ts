import { KnownDocument, Verification } from '../verification.ts';
import { byId, pdf, ok, type Route } from './route.ts';

export const verificationRoutes = {
  verifyFile: {
    method: 'post',
    path: '/verifications',
    summary: 'Check a PDF: intact or not, who signed when, whether this system knows it. The file is not kept',
    audience: 'public',
    tag: 'verification',
    fileBody: pdf,
    success: ok(Verification),
    problems: ['unsupported_media_type', 'body_too_large'],
  },
  knownDocument: {
    method: 'get',
    path: '/verifications/{id}',
    summary: 'What is known of the document with this id (from its certificate page)',
    audience: 'public',
    tag: 'verification',
    params: byId,
    success: ok(KnownDocument),
  },
} as const satisfies Record<string, Route>;
