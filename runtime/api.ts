import { join } from 'node:path';
import { sql } from 'slonik';
import { inviteText } from '#activities/booking-mail.ts';
import type { ApiParts } from '#api/parts.ts';
import { startRelay } from '#api/relay/relay.ts';
import { createApi } from '#api/server.ts';
import { createSlotsMemory } from '#api/slots-memory.ts';
import { listMailbox, readMailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import { openShared, type Shared } from './composition.ts';
import { configOfThisProcess, type Config } from './config.ts';
import { createLogger, type Logger } from './logging.ts';
import { createNdaText } from './nda-text.ts';
import { pdfReport } from './pdf-report.ts';
import { endWith } from './process-end.ts';

/** The `api` process: HTTP, pages and the live connection. Stateless: any number can run. */
const config = configOfThisProcess();
const log = createLogger('api', config.logLevel);
const shared = await openShared(config, 'api');
const slotsMemory = createSlotsMemory(config.database.url);
const relay = await startRelay(shared.stream, log, (hostId) => slotsMemory.drop(hostId));
const server = createApi(apiParts(config, shared, relay, log), join(import.meta.dirname, '..', 'web', 'dist'));

endWith(log, async () => {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    void relay.close();
    setTimeout(() => server.closeAllConnections(), 5_000).unref();
  });
  await slotsMemory.close();
  await shared.close();
});

server.listen(config.http.port, () => {
  log.info({ port: config.http.port, url: config.http.publicUrl }, 'api ready');
  process.send?.({ ready: true });
});

function apiParts(settings: Config, parts: Shared, live: ApiParts['relay'], logger: Logger): ApiParts {
  const { mail, http, temporal } = settings;
  return {
    ...parts,
    relay: live,
    slotsMemory,
    ndaText: createNdaText(parts.renderer),
    inviteText: (context, method) =>
      inviteText({ publicUrl: http.publicUrl, cipher: parts.cipher }, context, method, new Date()),
    verifyPdf: pdfReport,
    mailbox:
      mail.driver === 'mailbox'
        ? { list: () => listMailbox(mail.dir, { limit: 200 }), read: (id) => readMailboxMessage(mail.dir, id) }
        : null,
    publicUrl: http.publicUrl,
    temporalUiUrl: temporal.uiUrl ?? null,
    temporalNamespace: temporal.namespace,
    trustedProxies: http.trustedProxies,
    limits: settings.limits,
    checks: {
      postgres: async () => {
        await parts.database.query(sql.unsafe`select 1`);
      },
      nats: () => parts.stream.check(),
      temporal: () => parts.engine.check(),
      storage: () => parts.store.check(),
    },
    log: logger,
  };
}
