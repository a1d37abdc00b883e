import { access } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type Express, type RequestHandler, type Response } from 'express';
import type { Limiter } from '../limits.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import { addressOf } from '../route.ts';
import type { Answering } from './first-answers.ts';
import { openingOf, type Opened } from './opening.ts';
import { createShell } from './shell.ts';

const day = 86_400_000;

/** Built pages: hashed assets for ever, the shell never; any other address is a page of the app. */
export function mountPages(
  app: Express,
  parts: ApiParts,
  { limiter, answering, webRoot }: { limiter: Limiter; answering: Answering; webRoot: string },
): void {
  const assets = join(webRoot, 'assets');
  app.use('/assets', squeezed(assets));
  app.use('/assets', express.static(assets, { immutable: true, maxAge: 365 * day, fallthrough: false }));
  app.get('/embed.js', (_request, response, next) => {
    // The one file that other sites load.
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    next();
  });
  app.use(express.static(webRoot, { index: false, maxAge: 0 }));
  const shell = createShell(webRoot);
  app.get(/.*/, async (request, response) => {
    if (!request.accepts('html')) throw new Refused('not_found');
    const pattern = await shell.patternOf(request.path);
    const isWithin = await limiter('readsPerMinute', addressOf(request) ?? 'unknown').then(
      () => true,
      () => false,
    );
    const opened: Opened = isWithin ? await openingOf(parts, answering, pattern, request) : { opening: {} };
    const { isMissing = false, ...carried } = opened;
    const page = await shell.render({ pattern, locale: localeOf(request), isTraced: parts.isTraced, ...carried });
    if (page === null) throw new Refused('not_found');
    // With answers in it, a page is of its moment and of its reader.
    response.setHeader('Cache-Control', Object.keys(carried.opening).length > 0 ? 'no-store' : 'no-cache');
    changePolicy(response, "script-src 'self'", ["script-src 'self'", ...page.inlineScripts].join(' '));
    if (isForGuests(request.path)) allowFraming(response);
    response
      .status(isMissing ? 404 : 200)
      .type('html')
      .send(page.html);
  });
  app.use(() => {
    throw new Refused('not_found');
  });
}

/** Sends the file that the build has squeezed, to browsers that read it. */
function squeezed(folder: string): RequestHandler {
  return async (request, response, next) => {
    const name = /^\/([\w.-]+)$/.exec(request.path)?.[1];
    response.vary('Accept-Encoding');
    if (name !== undefined && request.acceptsEncodings('br') && (await isReadable(join(folder, `${name}.br`)))) {
      request.url = `/${name}.br`;
      response.type(name).setHeader('Content-Encoding', 'br');
    }
    next();
  };
}

const isReadable = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** As the page chooses it, as far as a server sees: the address first, then what the browser prefers. */
function localeOf(request: Parameters<RequestHandler>[0]): string {
  const { lang } = request.query;
  return typeof lang === 'string' ? lang : request.acceptsLanguages('en', 'de') || 'en';
}

/** What hosts see and how they log in stays out of other sites' frames; a guest's pages are made to be embedded, and carry no cookie. */
const hostPaths = /^\/(dashboard|log-in|sign-up|reset-password|verify-email|verify|legal|security)?(\/|$)/;
const isForGuests = (path: string): boolean => !hostPaths.test(path);

function allowFraming(response: Response): void {
  changePolicy(response, "frame-ancestors 'self'", 'frame-ancestors *');
  response.removeHeader('X-Frame-Options');
}

function changePolicy(response: Response, rule: string, instead: string): void {
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  response.setHeader('Content-Security-Policy', policy.replace(rule, instead));
}
