import { sql } from 'slonik';
import { z } from 'zod';
import type { Parts } from '#activities/parts.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { promptConnect } from './docusign-server/connect.ts';
import type { DocusignServer } from './docusign-server/server.ts';
import { startRegisteredServer } from './docusign-server/settings.ts';
import type { HeldBooking } from './booking-actions.ts';
import { buildHost, buildMeetingType, openSigning, type TestHost, type TestType } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** The whole product with DocuSign's protocol as its signing provider, a host, and a meeting type that asks for an NDA. */
export type DocusignProduct = {
  docusign: DocusignServer;
  product: Product;
  /** What the worker that was started last works with, for steps that a test takes itself. */
  parts(): Parts;
  host: TestHost;
  type: TestType;
  /** On the page of the provider, as a guest's browser does: `act` is sign or decline. */
  actAtProvider(booking: HeldBooking, form: { act: 'sign' | 'decline'; reason?: string }): Promise<void>;
  /** The provider's id of a booking's only envelope. */
  envelopeAt(bookingId: string): Promise<string>;
  envelopesOnRecord(bookingId: string): Promise<number>;
  /** How often the provider was asked for a list of envelopes. */
  listCalls(): number;
  /** Webhooks come promptly again. */
  straighten(): void;
  stop(): Promise<void>;
};

export async function startDocusignProduct(): Promise<DocusignProduct> {
  const { server: docusign, settings } = await startRegisteredServer();
  const [port = 0] = await freePorts(1);
  let parts: Parts | undefined;
  const env = { ...settings, PUBLIC_URL: `http://127.0.0.1:${port}` };
  const product = await startProduct({ env, port, wrap: (made) => (parts = made) });
  const host = await buildHost(product);
  const { database } = product.shared;
  return {
    docusign,
    product,
    parts: () => {
      if (!parts) throw new Error('The product was started without a worker.');
      return parts;
    },
    host,
    type: await buildMeetingType(product, host, { nda: true }),
    actAtProvider: async ({ token }, form) => {
      const { kind, providerUrl } = await openSigning(product, token);
      if (kind !== 'provider_page') throw new Error(`The guest signs on ${kind}.`);
      const body = new URLSearchParams(form);
      const { status } = await fetch(providerUrl ?? '', { method: 'POST', body, redirect: 'manual' });
      if (status !== 303) throw new Error(`The provider's page answered ${status}.`);
    },
    envelopeAt: (bookingId) =>
      database.oneFirst(sql.type(z.object({ id: z.string() }))`
        select provider_envelope_id as id from envelope where booking_id = ${bookingId}`),
    envelopesOnRecord: (bookingId) =>
      database.oneFirst(sql.type(z.object({ count: z.number() }))`
        select count(*) as count from envelope where booking_id = ${bookingId}`),
    listCalls: () => docusign.calls.filter((call) => /^GET .*\/envelopes$/.test(call)).length,
    straighten: () => void (docusign.connect.behaviour = promptConnect),
    stop: async () => {
      await product.stop();
      await docusign.close();
    },
  };
}
