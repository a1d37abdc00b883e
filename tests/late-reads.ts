import type { Parts } from '#activities/parts.ts';
import { bookingToSign, wake } from './booking-actions.ts';
import { eventually, openSigning, signTyped, untilStatus, type TestHost, type TestType } from './people.ts';
import type { Product } from './product.ts';

/** A worker's database whose rows arrive late while the test says so: they were true when they were read. */
export type LateReads = {
  wrap(parts: Parts): Parts;
  /** From now on rows wait. */
  begin(): void;
  /** Until the worker has read something that has not arrived. */
  untilOneWaits(): Promise<void>;
  end(): void;
};

export function lateReads(): LateReads {
  let isLate = false;
  let waiting: (() => void)[] = [];
  return {
    wrap: (parts) => ({
      ...parts,
      database: new Proxy(parts.database, {
        get: (database, name) => {
          if (name !== 'one') return Reflect.get(database, name) as unknown;
          return async (query: Parameters<typeof database.one>[0]) => {
            const row = await database.one(query);
            if (isLate) await new Promise<void>((resolve) => waiting.push(resolve));
            return row;
          };
        },
      }),
    }),
    begin: () => {
      isLate = true;
    },
    untilOneWaits: async () => {
      await eventually(
        () => Promise.resolve(waiting.length),
        (count) => count > 0,
      );
    },
    end: () => {
      isLate = false;
      for (const arrive of waiting) arrive();
      waiting = [];
    },
  };
}

/** The guest signs while the workflow reads where the booking stands, and the meeting is confirmed. @returns the booking's id */
export async function signWhileReading(
  product: Product,
  host: TestHost,
  type: TestType,
  reads: LateReads,
): Promise<string> {
  const { id, token } = await bookingToSign(product, host, type);
  const session = await openSigning(product, token);
  reads.begin();
  await wake(product, id);
  await reads.untilOneWaits();
  await signTyped(product, token, session);
  reads.end();
  await untilStatus(product, token, 'confirmed');
  return id;
}
