import type { EnvelopeRequest } from '../provider.ts';

/** Written on the envelope, so that whoever looks at it in DocuSign finds our record of it. */
export const envelopeIdField = 'countersignEnvelopeId';

const recipientId = '1';

/** https://developers.docusign.com/docs/esign-rest-api/reference/envelopes/envelopes/create/ */
export const envelopeDefinition = (input: {
  request: EnvelopeRequest;
  webhookUrl: string;
  signatureAnchor: string;
  now: Date;
}): object => {
  const { request, now } = input;
  const { document, signer } = request;
  return {
    emailSubject: request.emailSubject.slice(0, 100),
    status: 'sent',
    transactionId: request.envelopeId,
    documents: [
      {
        documentBase64: Buffer.from(document.pdf).toString('base64'),
        name: document.title.slice(0, 100),
        fileExtension: 'pdf',
        documentId: '1',
      },
    ],
    recipients: {
      signers: [
        {
          email: signer.email,
          name: signer.name,
          recipientId,
          routingOrder: '1',
          // a client user id makes the recipient an embedded one: DocuSign sends no mail of its own
          clientUserId: request.envelopeId,
          tabs: { signHereTabs: [signHereTab(input.signatureAnchor)] },
        },
      ],
    },
    customFields: {
      textCustomFields: [
        { name: envelopeIdField, value: request.envelopeId, show: 'false', required: 'false' },
        { name: 'countersignDocumentSha256', value: document.sha256, show: 'false', required: 'false' },
      ],
    },
    notification: { useAccountDefaults: 'false', expirations: expirations(request.expiresAt, now) },
    eventNotification: eventNotification(input.webhookUrl),
  };
};

const signHereTab = (anchorString: string) => ({
  anchorString,
  anchorUnits: 'pixels',
  anchorXOffset: '0',
  anchorYOffset: '0',
  anchorIgnoreIfNotPresent: 'true',
  recipientId,
});

/** DocuSign counts whole days; the hold's own end is kept by voiding. This only clears away what was forgotten. */
const expirations = (expiresAt: Date, now: Date) => ({
  expireEnabled: 'true',
  expireAfter: String(Math.max(1, Math.ceil((expiresAt.getTime() - now.getTime()) / 86_400_000) + 1)),
  expireWarn: '0',
});

const eventNotification = (url: string) => ({
  url,
  loggingEnabled: 'true',
  requireAcknowledgment: 'true',
  includeHMAC: 'true',
  deliveryMode: 'SIM',
  events: ['envelope-delivered', 'envelope-completed', 'envelope-declined', 'envelope-voided'],
  eventData: { version: 'restv2.1', format: 'json', includeData: ['custom_fields', 'recipients'] },
});

/**
 * The embedded signing page ("focused view"): single use, good for five minutes. Email, name and client user id must be those of
 * the envelope. https://developers.docusign.com/docs/esign-rest-api/esign101/concepts/embedding/embedded-signing/
 */
export const recipientViewRequest = (input: {
  envelopeId: string;
  signer: { name: string; email: string };
  returnUrl: string;
  frameAncestors: readonly string[];
  baseUrl: string;
}) => {
  const signingOrigin = signingOriginOf(input.baseUrl);
  return {
    returnUrl: input.returnUrl,
    authenticationMethod: 'email',
    email: input.signer.email,
    userName: input.signer.name,
    clientUserId: input.envelopeId,
    frameAncestors: [...input.frameAncestors, signingOrigin],
    messageOrigins: [signingOrigin],
  };
};

/** Where the signing page comes from: fixed for DocuSign's environments, the server itself for one of ours. */
const signingOriginOf = (baseUrl: string): string => {
  const { hostname, origin } = new URL(baseUrl);
  if (hostname === 'demo.docusign.net') return 'https://apps-d.docusign.com';
  return hostname.endsWith('.docusign.net') ? 'https://apps.docusign.com' : origin;
};
