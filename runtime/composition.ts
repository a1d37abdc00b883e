import { hkdfSync } from 'node:crypto';
import { Client } from '@temporalio/client';
import { createBookingEngine, type BookingEngine } from '#api/engine.ts';
import { databaseCeremonies } from '#activities/ceremonies.ts';
import { signatureAnchor } from '#activities/create-agreement.ts';
import { organizationKeys } from '#activities/signing-keys.ts';
import { followDatabaseClock, type Clock } from '#db/clock.ts';
import { createPersonalCipher, type PersonalCipher } from '#db/personal.ts';
import { openDatabase, type Database } from '#db/pool.ts';
import { createMailer } from '#integrations/mail/create-mailer.ts';
import type { Mailer } from '#integrations/mail/mailer.ts';
import { createPdfRenderer } from '#integrations/pdf/chromium/chromium-renderer.ts';
import type { PdfRenderer } from '#integrations/pdf/renderer.ts';
import { createBuiltinProvider } from '#integrations/signing/builtin/provider.ts';
import { createTimestampClient } from '#integrations/signing/builtin/timestamp.ts';
import { createDocusignProvider } from '#integrations/signing/docusign/provider.ts';
import type { SigningProvider } from '#integrations/signing/provider.ts';
import { createFileStore } from '#integrations/storage/file-store.ts';
import { createS3Store } from '#integrations/storage/s3-store.ts';
import type { ObjectStore } from '#integrations/storage/store.ts';
import type { MasterKeys } from '#integrations/storage/sealed.ts';
import { createDocumentVault, type DocumentVault } from '#integrations/storage/vault.ts';
import { openFactsStream, type FactsStream } from '#integrations/stream/facts-stream.ts';
import { tracedCalls } from '#integrations/tracing/engine-calls.ts';
import type { Config } from './config.ts';
import { giveWay } from './give-way.ts';
import { measuredRenderer, measuredSigning } from './observability/measured.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { connectToTemporal } from './temporal-setup.ts';

/** What api, worker and the command line share: connections and the parts made from them. */
export type Shared = {
  database: Database;
  clock: Clock;
  cipher: PersonalCipher;
  stream: FactsStream;
  temporal: Client;
  engine: BookingEngine;
  store: ObjectStore;
  vault: DocumentVault;
  renderer: PdfRenderer;
  signing: SigningProvider;
  metrics: Metrics;
  close(): Promise<void>;
};

/** @param newStream.firstPosition where the stream of facts begins when it has to be made */
export async function openShared(
  config: Config,
  processName: string,
  newStream: { firstPosition?: number } = {},
): Promise<Shared> {
  const masterKeys = keysOf(config);
  const database = await openDatabase(config.database.url, { maxConnections: config.database.poolSize });
  const clock = await followDatabaseClock(database);
  const cipher = createPersonalCipher(masterKeys);
  const stream = await openFactsStream({ ...config.nats, ...newStream, name: `countersign-${processName}` });
  const connection = await connectToTemporal(config.temporal);
  const temporal = new Client({
    connection,
    namespace: config.temporal.namespace,
    interceptors: { workflow: [tracedCalls] },
  });
  const store = openStore(config);
  const vault = createDocumentVault({ store, masterKeys });
  const metrics = createMetrics();
  const browserStarted = givesWay(config) ? giveWay : undefined;
  const renderer = measuredRenderer(
    createPdfRenderer({ executablePath: config.chromiumPath, browserStarted }),
    metrics,
  );
  const signing = measuredSigning(openSigning(config, { database, clock, cipher, vault, renderer }), metrics);
  return {
    database,
    clock,
    cipher,
    stream,
    temporal,
    engine: createBookingEngine(temporal),
    store,
    vault,
    renderer,
    signing,
    metrics,
    close: async () => {
      await renderer.close();
      await stream.close();
      await connection.close();
      clock.close();
      await database.end();
    },
  };
}

function keysOf({ masterKeys: [newest, ...older] }: Config): MasterKeys {
  if (!newest) throw new Error('At least one master key is needed.');
  return [newest, ...older];
}

/** Of a worker that takes no holds: nobody waits at once for what it does. */
export const givesWay = ({ worker }: Config): boolean => !worker.queues.includes('bookings');

export function openMailer({ mail }: Config): Mailer {
  switch (mail.driver) {
    case 'mailbox':
      return createMailer({ driver: 'mailbox', directory: mail.dir });
    case 'smtp':
      return createMailer({
        driver: 'smtp',
        host: mail.host,
        port: mail.port,
        security: mail.security,
        auth: mail.auth,
      });
    case 'postmark':
      return createMailer({
        driver: 'postmark',
        serverToken: mail.token,
        messageStream: mail.messageStream,
        apiUrl: mail.apiUrl,
      });
  }
}

export function openStore({ storage }: Config): ObjectStore {
  if (storage.driver === 'file') return createFileStore({ directory: storage.dir });
  const { accessKeyId, secretAccessKey, ...s3 } = storage;
  return createS3Store({ ...s3, credentials: { accessKeyId, secretAccessKey } });
}

type SigningParts = Pick<Shared, 'database' | 'clock' | 'cipher' | 'vault' | 'renderer'>;

function openSigning(config: Config, parts: SigningParts): SigningProvider {
  const { signing, http } = config;
  if (signing.provider === 'docusign') {
    return createDocusignProvider({
      ...signing,
      webhookKeys: [signing.webhookKey],
      webhookUrl: `${http.publicUrl}/api/v1/webhooks/signing/docusign`,
      frameAncestors: [http.publicUrl],
      signatureAnchor,
      clock: () => parts.clock.now(),
    });
  }
  return createBuiltinProvider({
    ceremonies: databaseCeremonies(parts),
    renderer: parts.renderer,
    keysOf: (organization) => organizationKeys(parts, organization),
    ...(config.timestampAuthorityUrl && {
      timestampAuthority: createTimestampClient({ url: config.timestampAuthorityUrl }),
    }),
    // Signed means confirmed: an authority that is away makes the time stated by our own key, not the guest wait.
    whenTimestampFails: 'own_key',
    clock: () => parts.clock.now(),
    verifyUrl: `${http.publicUrl}/verify`,
    webhookSecrets: [
      builtinWebhookSecret(config),
      ...config.masterKeys.slice(1).map(({ key }) => webhookSecretOf(key)),
    ],
  });
}

/** The secret that signs the built-in provider's webhooks: derived, so that there is one less to keep. */
export function builtinWebhookSecret({ masterKeys }: Pick<Config, 'masterKeys'>): string {
  return webhookSecretOf(masterKeys[0].key);
}

function webhookSecretOf(masterKey: Uint8Array): string {
  return `whsec_${Buffer.from(hkdfSync('sha256', masterKey, '', 'countersign/builtin-webhooks', 32)).toString('base64')}`;
}
