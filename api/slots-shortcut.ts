import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import { limitOf, type Limiter } from './limits.ts';
import type { ApiParts } from './parts.ts';
import { jsonType } from './prepared-json.ts';
import { addressOf } from './route.ts';
import { completed, type RememberedSlots } from './slots-memory.ts';

/**
 * What pages ask most, "which slots are free", answered before Express parses and routes it: when the very same question was answered
 * by Express before, and its answer is still in memory. Whatever is new or odd goes to Express, which stays the one that understands.
 */
export type SlotsShortcut = {
  /** Express answers this request from what memory keeps under that key: next time the shortcut can, if all goes well. */
  learn(response: Response, memoryKey: string): void;
  /** Puts the shortcut in front of Express. */
  before(express: RequestListener): RequestListener;
};

type Learnt = { memoryKey: string; isZipped: boolean };
type Parts = Pick<ApiParts, 'relay' | 'clock' | 'slotsMemory' | 'meter' | 'log'> & {
  limiter: Limiter;
  /** Whose request it is, by the rule that Express follows. */
  ipOf(request: IncomingMessage): string;
  /** What every answer says. */
  headers: readonly (readonly [string, string])[];
};

const questionsMax = 10_000;
const questionCharactersMax = 1_000;

export function createSlotsShortcut({
  relay,
  clock,
  slotsMemory,
  meter,
  log,
  limiter,
  ipOf,
  headers,
}: Parts): SlotsShortcut {
  const learnt = new LRUCache<string, Learnt>({ max: questionsMax });
  const said = [
    ...headers,
    ['Vary', 'Accept-Encoding'],
    ['Cache-Control', 'no-store'],
    ['Content-Type', jsonType],
  ].flat();
  const saidOfZipped = [...said, 'Content-Encoding', 'gzip'];

  const answer = (response: ServerResponse, slots: RememberedSlots, position: number, isZipped: boolean): void => {
    const json = completed(slots, position, clock.now());
    const bytes = isZipped ? json.gzip() : json.plain();
    response.writeHead(200, [...(isZipped ? saidOfZipped : said), 'Content-Length', String(bytes.length)]);
    response.end(bytes);
  };
  return {
    learn: (response, memoryKey) => {
      const { req } = response;
      const question = questionOf(req, req.originalUrl);
      if (question === null || question.length > questionCharactersMax) return;
      response.once('finish', () => {
        const encoding = response.getHeader('Content-Encoding');
        if (response.statusCode !== 200 || (encoding !== undefined && encoding !== 'gzip')) return;
        learnt.set(question, { memoryKey, isZipped: encoding === 'gzip' });
      });
    },
    before: (express) => (request, response) => {
      const question = questionOf(request, request.url ?? '');
      const known = question === null ? undefined : learnt.get(question);
      const position = relay.position();
      const slots = known && slotsMemory.get(known.memoryKey, clock.now().getTime());
      if (!slots) return express(request, response);
      const started = performance.now();
      limiter(limitOf('slots'), addressOf({ ip: ipOf(request) }) ?? 'unknown')
        .then(
          () => {
            answer(response, slots, position, known.isZipped);
            meter.requestAnswered({ route: 'slots', status: '200', seconds: (performance.now() - started) / 1000 });
          },
          // Refused: Express says so in its own way.
          () => express(request, response),
        )
        .catch((error: unknown) => {
          log.error({ error }, 'slots could not be answered from memory');
          response.destroy();
        });
    },
  };
}

/** All of a request that decides its answer's form; null: one that Express should look at. */
function questionOf({ method, headers }: IncomingMessage, url: string): string | null {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  // A caller who follows the request in a trace gets its span, which Express begins.
  const isTraced = headers['traceparent'] !== undefined;
  return method !== 'GET' || hasBody || isTraced ? null : `${String(headers['accept-encoding'] ?? '')} ${url}`;
}
