import type { Request, Response } from 'express';
import { expect, test } from 'vitest';
import { problemHandler } from './problem.ts';

const secret = 'AQExd2hvZXZlci1oYXMtdGhpcy1yZWFkcy1hLWRvY3VtZW50';

/** What is logged of a request to a link that fails in such a way, as text. */
function loggedOf(error: unknown): string {
  const entries: object[] = [];
  const add = (detail: object) => void entries.push(detail);
  const meter = { requestAnswered: () => {}, holdDecided: () => {}, refused: () => {} };
  const path = `/api/v1/document-links/${secret}`;
  const request = { method: 'GET', path, url: path, originalUrl: path, accepts: () => 'json' };
  const response = { locals: { route: 'openDocumentLink' }, setHeader: () => {} };
  const chained = { status: () => chained, type: () => chained, send: () => chained, ...response };
  const handler = problemHandler({ info: add, warn: add, error: add }, meter);
  handler(error, request as unknown as Request, chained as unknown as Response, () => {});
  return JSON.stringify(entries);
}

test.each([
  ['we did not expect', new Error('Input/output error')],
  ['comes of a part that is away', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
])('a failure that %s is logged by its operation, without the secret of a link', (_kind, error) => {
  const logged = loggedOf(error);
  expect(logged).toContain('openDocumentLink');
  expect(logged).not.toContain(secret);
});
