/** The part of DocuSign's SDK that is used here; it comes without types. Shapes: https://developers.docusign.com/docs/esign-rest-api/reference/ */
declare module 'docusign-esign' {
  export class ApiClient {
    constructor(options: { basePath: string });
    timeout: number;
    addDefaultHeader(name: string, value: string): void;
  }

  export type EnvelopeSummary = { envelopeId?: string; status?: string };
  export type Signer = { declinedReason?: string };
  export type Envelope = {
    envelopeId?: string;
    status?: string;
    completedDateTime?: string;
    statusChangedDateTime?: string;
    voidedReason?: string;
    /** Where `include` names `custom_fields`. */
    customFields?: { textCustomFields?: { name?: string; value?: string }[] };
    recipients?: { signers?: Signer[] };
  };

  export class EnvelopesApi {
    constructor(client: ApiClient);
    createEnvelope(accountId: string, options: { envelopeDefinition: object }): Promise<EnvelopeSummary>;
    createRecipientView(
      accountId: string,
      envelopeId: string,
      options: { recipientViewRequest: object },
    ): Promise<{ url?: string }>;
    getEnvelope(accountId: string, envelopeId: string): Promise<Envelope>;
    update(accountId: string, envelopeId: string, options: { envelope: object }): Promise<object>;
    listStatusChanges(
      accountId: string,
      options: { transactionIds?: string; fromDate?: string; include?: string; count?: string; startPosition?: string },
    ): Promise<{ envelopes?: Envelope[]; endPosition?: string; totalSetSize?: string; nextUri?: string }>;
  }
}
