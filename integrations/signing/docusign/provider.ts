import type { Envelope, EnvelopesApi } from 'docusign-esign';
import { ProviderRefused } from '../failures.ts';
import type {
  EnvelopeRequest,
  EnvelopeStatus,
  SigningProvider,
  SigningView,
  StatusChange,
  VoidOutcome,
} from '../provider.ts';
import { createDocusignClient } from './client.ts';
import type { DocusignClient, DocusignClientOptions } from './client.ts';
import { envelopeDefinition, envelopeIdField, recipientViewRequest } from './envelope.ts';
import { readConnectWebhook } from './webhook.ts';

export type DocusignProviderOptions = Omit<DocusignClientOptions, 'timeoutMs' | 'clock'> & {
  /** Connect's HMAC keys: several while one is being changed. */
  webhookKeys: readonly [string, ...string[]];
  /** Where DocuSign sends events: our `/webhooks/docusign`, reachable from outside. */
  webhookUrl: string;
  /** Origins of the pages that embed the signing page: ours. */
  frameAncestors: readonly string[];
  /** Words in the agreement where the signature goes; when they are missing, the signer places it. */
  signatureAnchor: string;
  timeoutMs?: number;
  clock?: () => Date;
};

export type DocusignProvider = SigningProvider & {
  listStatusChanges: (since: Date) => Promise<StatusChange[]>;
  findEnvelopes: (envelopeIds: readonly string[]) => Promise<Map<string, string>>;
};

const viewMinutes = 5;
const pageSize = 1000;
/** More pages than an hour's calls could fetch are not asked for. */
const maxPages = 50;

export const createDocusignProvider = (options: DocusignProviderOptions): DocusignProvider => {
  const clock = options.clock ?? (() => new Date());
  const client = createDocusignClient({ ...options, clock, timeoutMs: options.timeoutMs ?? 20_000 });
  return {
    name: 'docusign',
    createEnvelope: (request) => createEnvelope(client, request, options, clock()),
    createSigningView: async ({ providerEnvelopeId, envelopeId, signer, returnUrl }): Promise<SigningView> => {
      const { frameAncestors } = options;
      const view = recipientViewRequest({ envelopeId, signer, returnUrl, frameAncestors, baseUrl: options.baseUrl });
      const { url } = await client.call('recipient view', (api, accountId) =>
        api.createRecipientView(accountId, providerEnvelopeId, { recipientViewRequest: view }),
      );
      if (!url) throw new ProviderRefused('DocuSign gave no address for the signing page.');
      const expiresAt = new Date(clock().getTime() + viewMinutes * 60_000);
      return { kind: 'provider_page', url, expiresAt, frameAncestors: view.frameAncestors };
    },
    voidEnvelope: ({ providerEnvelopeId, reason }) => voidEnvelope(client, providerEnvelopeId, reason),
    envelopeStatus: async (providerEnvelopeId) => statusOf((await envelope(client, providerEnvelopeId)).status),
    fetchCompleted: async (providerEnvelopeId) => {
      const { status, completedDateTime } = await envelope(client, providerEnvelopeId);
      if (statusOf(status) !== 'completed' || !completedDateTime) {
        throw new Error(`Envelope ${providerEnvelopeId} is not completed, but ${status ?? 'unknown'}.`);
      }
      const signedPdf = await client.combinedDocument(providerEnvelopeId);
      if (!Buffer.from(signedPdf.subarray(0, 5)).equals(Buffer.from('%PDF-'))) {
        throw new ProviderRefused('What DocuSign gave as the document is no PDF.');
      }
      return { signedPdf, certificatePdf: null, signedAt: new Date(completedDateTime) };
    },
    readWebhook: (rawBody, headers) =>
      readConnectWebhook({ rawBody, headers, hmacKeys: options.webhookKeys, accountId: options.accountId }),
    listStatusChanges: (since) => listStatusChanges(client, since),
    findEnvelopes: (envelopeIds) => findEnvelopes(client, envelopeIds),
  };
};

/** A repeat finds the first one by its transaction id, which DocuSign keeps for seven days: longer than any hold. */
const createEnvelope = async (
  client: DocusignClient,
  request: EnvelopeRequest,
  options: DocusignProviderOptions,
  now: Date,
): Promise<{ providerEnvelopeId: string }> => {
  const earlier = (await findEnvelopes(client, [request.envelopeId])).get(request.envelopeId);
  if (earlier) return { providerEnvelopeId: earlier };
  const definition = envelopeDefinition({ request, now, ...options });
  const { envelopeId } = await client.call('create envelope', (api, accountId) =>
    api.createEnvelope(accountId, { envelopeDefinition: definition }),
  );
  if (!envelopeId) throw new ProviderRefused('DocuSign created an envelope without an id.');
  return { providerEnvelopeId: envelopeId };
};

/** By their transaction ids; which is which says the field that each carries. */
const findEnvelopes = async (client: DocusignClient, envelopeIds: readonly string[]): Promise<Map<string, string>> => {
  const { envelopes } = await client.call('search', (api, accountId) =>
    api.listStatusChanges(accountId, { transactionIds: envelopeIds.join(','), include: 'custom_fields' }),
  );
  const found = new Map<string, string>();
  for (const { envelopeId, customFields } of envelopes ?? []) {
    const ours = customFields?.textCustomFields?.find(({ name }) => name === envelopeIdField)?.value;
    const asked = ours ?? (envelopeIds.length === 1 ? envelopeIds[0] : undefined);
    if (envelopeId && asked) found.set(asked, envelopeId);
  }
  return found;
};

/** An envelope that ended otherwise cannot be voided: then its status says how. */
const voidEnvelope = async (client: DocusignClient, envelopeId: string, reason: string): Promise<VoidOutcome> => {
  const voided = { status: 'voided', voidedReason: reason.slice(0, 200) };
  try {
    await client.call('void', (api, accountId) => api.update(accountId, envelopeId, { envelope: voided }));
    return 'voided';
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    const status = statusOf((await envelope(client, envelopeId)).status);
    if (status === 'voided' || status === 'completed' || status === 'declined') return status;
    throw error;
  }
};

const envelope = (client: DocusignClient, envelopeId: string) =>
  client.call('get envelope', (api, accountId) => api.getEnvelope(accountId, envelopeId));

const listStatusChanges = async (client: DocusignClient, since: Date): Promise<StatusChange[]> => {
  const changes: StatusChange[] = [];
  // Of all that was listed, also of what cannot be read: by those that could, pages would come again, or for ever.
  let startPosition = 0;
  for (let page = 0; page < maxPages; page++) {
    const found = await client.call('list status changes', (api: EnvelopesApi, accountId) =>
      api.listStatusChanges(accountId, {
        fromDate: since.toISOString(),
        include: 'recipients',
        count: String(pageSize),
        startPosition: String(startPosition),
      }),
    );
    const listed = found.envelopes ?? [];
    changes.push(...listed.flatMap(changeOf));
    startPosition += listed.length;
    if (!found.nextUri || listed.length === 0) break;
  }
  return changes;
};

const changeOf = (found: Envelope): StatusChange[] => {
  const { envelopeId, statusChangedDateTime, completedDateTime, voidedReason, recipients } = found;
  if (!envelopeId) return [];
  const status = statusOf(found.status);
  const declined = recipients?.signers?.find(({ declinedReason }) => declinedReason)?.declinedReason ?? null;
  const reason = status === 'declined' ? declined : status === 'voided' ? (voidedReason ?? null) : null;
  const occurredAt = new Date(completedDateTime ?? statusChangedDateTime ?? Number.NaN);
  return Number.isNaN(occurredAt.getTime()) ? [] : [{ providerEnvelopeId: envelopeId, status, occurredAt, reason }];
};

/** https://developers.docusign.com/docs/esign-rest-api/esign101/concepts/envelopes/ lists the states. */
const statusOf = (status: string | undefined): EnvelopeStatus => {
  switch (status?.toLowerCase()) {
    case 'completed':
      return 'completed';
    case 'declined':
      return 'declined';
    case 'voided':
    case 'deleted':
    case 'timedout':
      return 'voided';
    case 'delivered':
    case 'signed':
      return 'delivered';
    default:
      return 'sent';
  }
};
