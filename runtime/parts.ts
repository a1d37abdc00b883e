import { inviteText } from '#activities/booking-mail.ts';
import type { Log, Parts } from '#activities/parts.ts';
import { rotateSigningKey } from '#activities/signing-keys.ts';
import { createFactPublisher } from '#activities/publish-facts.ts';
import type { ApiParts } from '#api/parts.ts';
import { createErrands } from '#api/errands.ts';
import { createHeldNews } from '#api/held-news.ts';
import { startRelay } from '#api/relay/relay.ts';
import { createPageViews } from '#api/page-views.ts';
import { createSlotsMemory } from '#api/slots-memory.ts';
import { openNews } from '#db/news.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { readSystemState } from '#db/queries/system-state.ts';
import { createLogInProviders } from '#integrations/log-in/create-providers.ts';
import { listMailbox, readMailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import { postmarkSecret, readPostmarkWebhook } from '#integrations/mail/postmark-webhook.ts';
import { openMailer, type Shared } from './composition.ts';
import type { Config } from './config.ts';
import { createNdaText } from './nda-text.ts';
import { healthChecks } from './observability/health-checks.ts';
import { measuredMailer } from './observability/measured.ts';
import { apiMeter, workerMeter } from './observability/metrics.ts';
import { addLive, remembered, stateKeptMs } from './observability/state-metrics.ts';
import { pdfReport } from './pdf-report.ts';

/** What the activities of one worker work with. `close` ends what was opened here, after the workers have stopped. */
export function openWorkerParts(config: Config, shared: Shared, log: Log): { parts: Parts; close(): Promise<void> } {
  const mailer = measuredMailer(openMailer(config), shared.metrics);
  const facts = createFactPublisher(shared.database, shared.stream, log);
  const parts: Parts = {
    ...shared,
    facts,
    mailer,
    mailFrom: config.mail.from,
    publicUrl: config.http.publicUrl,
    sendAccountMail: (messageId) => shared.engine.sendAccountMail(messageId),
    nudge: async (bookingId) => {
      const booking = await findBooking(shared.database, bookingId);
      if (booking) await shared.engine.nudge(booking);
    },
    running: (bookingIds) => shared.engine.running(bookingIds),
    revive: async (bookingId) => {
      const booking = await findBooking(shared.database, bookingId);
      return booking !== null && (await shared.engine.revive(booking));
    },
    meter: workerMeter(shared.metrics),
    log,
  };
  const close = async (): Promise<void> => {
    await facts.idle();
    await mailer.close();
  };
  return { parts, close };
}

/** What one API process works with. `close` ends the live connection and the listener. */
export async function openApiParts(
  config: Config,
  shared: Shared,
  log: Log,
): Promise<{ parts: ApiParts; close(): Promise<void> }> {
  const { http, temporal } = config;
  const news = openNews(config.database.url);
  const slotsMemory = createSlotsMemory(news);
  const relay = await startRelay(shared.stream, shared.clock, log, (hostId) => slotsMemory.drop(hostId));
  news.on('access', {
    told: (accountId) => relay.accessChanged(accountId),
    gap: () => relay.accessChanged(),
  });
  addLive(shared.metrics, relay, shared.stream);
  const pageViews = createPageViews(shared.database, (error) =>
    log.warn({ err: error }, 'Page views are not counted.'),
  );
  const errands = createErrands(log);
  const parts: ApiParts = {
    ...shared,
    relay,
    slotsMemory,
    heldNews: createHeldNews(news),
    pageViews,
    errands,
    ndaText: createNdaText(shared.renderer),
    inviteText: (context, method) =>
      inviteText({ publicUrl: http.publicUrl, cipher: shared.cipher }, context, method, shared.clock.now()),
    logInProviders: createLogInProviders(config.logIn),
    verifyPdf: (file, sealPem) => pdfReport(file, { sealPem, timestamps: config.timestampRoots }),
    rotateSigningKey: (organization, options) => rotateSigningKey(shared, organization, options),
    mailbox: mailboxOf(config),
    readMailWebhook: mailWebhookOf(config),
    publicUrl: http.publicUrl,
    operatorEmails: new Set(config.operatorEmails),
    temporalUiUrl: temporal.uiUrl ?? null,
    temporalNamespace: temporal.namespace,
    trustedProxies: http.trustedProxies,
    limits: config.limits,
    isTraced: config.traces !== undefined,
    checks: healthChecks(
      shared,
      relay,
      remembered(() => readSystemState(shared.database), stateKeptMs),
    ),
    meter: apiMeter(shared.metrics),
    log,
  };
  const close = async (): Promise<void> => {
    await news.close();
    await relay.close();
    await pageViews.flush();
    await errands.idle();
  };
  return { parts, close };
}

function mailboxOf({ mail }: Config): ApiParts['mailbox'] {
  if (mail.driver !== 'mailbox') return null;
  return { list: () => listMailbox(mail.dir, { limit: 200 }), read: (id) => readMailboxMessage(mail.dir, id) };
}

function mailWebhookOf({ mail }: Config): ApiParts['readMailWebhook'] {
  if (mail.driver !== 'postmark' || mail.webhookSecret === null) return null;
  const secret = postmarkSecret(mail.webhookSecret, mail.webhookHeader);
  return (rawBody, headers) => readPostmarkWebhook(rawBody, headers, secret);
}
