import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import compression from 'compression';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import proxyAddress from 'proxy-addr';
import { reachOf } from '#contract/permissions.ts';
import { guestOfToken, hostOfCookies, scopeOf } from './auth/identity.ts';
import { handlers } from './handlers.ts';
import { mountHealth } from './health.ts';
import { createLimiter, type Limiter } from './limits.ts';
import { mailboxStyles, mountMailbox } from './mailbox-pages.ts';
import { observeRequests } from './observe.ts';
import { openApiDocument } from './openapi.ts';
import { mountPages } from './pages/mount.ts';
import type { ApiParts } from './parts.ts';
import { problemHandler, Refused } from './problem.ts';
import { mountRoutes, type Handlers } from './route.ts';
import { createSlotsShortcut } from './slots-shortcut.ts';

/**
 * So many connections may wait to be accepted; the kernel takes at most `net.core.somaxconn` of them. With fewer (Node asks for 511) some of a
 * crowd of a thousand wait a second for their next attempt, or are reset.
 */
export const connectionBacklog = 4_096;
const bodyLimit = '1mb';
/** A signed agreement has well under one megabyte; scans that people added may have more. */
const fileLimit = '25mb';
const day = 86_400_000;

/** The HTTP server with the live connection attached; not listening yet. `webRoot`: the built pages. */
export function createApi(parts: ApiParts, webRoot: string): Server {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', parts.trustedProxies);
  app.set('query parser', 'simple');
  // Answers are told apart by their position; hashing each one would be work for nothing.
  app.set('etag', false);
  const headers = headersSaidBy(securityHeaders(parts.publicUrl));
  app.use((_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  });
  app.use(compression({ threshold: 2_048 }));
  app.use(observeRequests(parts.meter, parts.log));
  mountHealth(app, parts);
  const limiter = createLimiter(parts.limits);
  const isProxy = app.get('trust proxy fn') as (address: string, index: number) => boolean;
  const ipOf = (request: IncomingMessage) => proxyAddress(request, isProxy);
  const shortcut = createSlotsShortcut({ ...parts, limiter, headers, ipOf });
  const answering = handlers(parts, limiter, shortcut);
  mountApi(app, parts, limiter, answering);
  mountDocs(app, parts);
  app.get('/mailbox.css', (_request, response) => void response.type('css').send(mailboxStyles));
  mountMailbox(app, parts);
  mountPages(app, parts, { limiter, answering, webRoot });
  app.use(problemHandler(parts.log, parts.meter));
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000, connectionsCheckingInterval: 5_000 },
    shortcut.before(app),
  );
  // With a count of its own: what pages missed uses up nobody's holds.
  const replays = createLimiter(parts.limits);
  parts.relay.attach(server, {
    addressOf: ipOf,
    mayReplay: (address) => isWithin(replays('holdsPerMinute', address)),
    bookingOfToken: (token) => guestOfToken(parts.database, token),
    dashboardOfCookies: async (cookies) => {
      const host = await hostOfCookies(parts, cookies);
      if (!host) return null;
      const reach = reachOf('listBookings', host);
      return reach === 'none' ? null : { ...scopeOf({ ...host, reach }), accountId: host.accountId };
    },
  });
  return server;
}

/** @throws what is no refusal. */
async function isWithin(limit: Promise<void>): Promise<boolean> {
  try {
    await limit;
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

/** Nothing from elsewhere, nothing inline (but for what a page's own build has put into its head), in nobody's frame. */
function securityHeaders(publicUrl: string) {
  const isSecure = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", publicUrl.replace(/^http/, 'ws')],
        frameSrc: ["'self'"],
        frameAncestors: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        ...(isSecure && { upgradeInsecureRequests: [] }),
      },
    },
    strictTransportSecurity: isSecure ? { maxAge: 365 * (day / 1000) } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  });
}

/** What a middleware says to every answer alike, found out once: a dozen functions per request would say it again. */
function headersSaidBy(middleware: RequestHandler): readonly (readonly [string, string])[] {
  const said = new Map<string, string>();
  const listener = { setHeader: (name: string, value: string) => said.set(name, value), removeHeader: () => {} };
  void middleware({} as Request, listener as unknown as Response, (error?: unknown) => {
    if (error) throw new Error('The security headers cannot be written.', { cause: error });
  });
  return [...said];
}

function mountApi(app: Express, parts: ApiParts, limiter: Limiter, answering: Handlers): void {
  const router = express.Router();
  router.use(
    express.json({
      limit: bodyLimit,
      // Webhooks are signed over the bytes as they came.
      verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }),
    }),
  );
  router.use(
    express.raw({
      type: 'application/pdf',
      limit: fileLimit,
      verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }),
    }),
  );
  mountRoutes(router, answering, parts, limiter);
  router.use(() => {
    throw new Refused('not_found');
  });
  app.use('/api/v1', router);
}

/** The document is made once; its page is Swagger UI from its package, with the one style exception it needs. */
function mountDocs(app: Express, parts: ApiParts): void {
  const document = JSON.stringify(openApiDocument(parts.publicUrl));
  app.get('/openapi.json', (_request, response) => void response.type('json').send(document));
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  app.use('/docs', (_request, response, next) => {
    response.setHeader(
      'Content-Security-Policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    );
    next();
  });
  app.get('/docs/swagger-initializer.js', (_request, response) => {
    const start =
      "window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, presets: [SwaggerUIBundle.presets.apis] });";
    response.type('js').send(`window.onload = () => { ${start} };`);
  });
  app.use('/docs', express.static(swagger, { index: 'index.html' }));
}
