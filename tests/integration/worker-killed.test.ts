import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookingToSign, mailFilesOf, mailsOf, milestonesOf, untilMailed } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  factsOf,
  openSigning,
  readAsHost,
  signTyped,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { endProcess, startProcess } from '#tests/product-processes.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
let worker: ChildProcess | null = null;
beforeAll(async () => {
  product = await startProduct({ startWorker: false });
  worker = await startWorkerProcess();
  host = await buildHost(product);
  type = await buildMeetingType(product, host, { nda: true });
});
afterAll(async () => {
  if (worker) await killed(worker);
  await product.stop();
});

const startWorkerProcess = (): Promise<ChildProcess> => startProcess('worker.ts', product.env);
const killed = (child: ChildProcess): Promise<void> => endProcess(child, 'SIGKILL');

const sentFacts = async (bookingId: string) =>
  (await factsOf(product, bookingId)).filter(({ type: name }) => name === 'notify.email.sent').length;

describe('a worker killed with SIGKILL', () => {
  it('between signature and confirmation loses nothing: after a restart the booking confirms, and each mail goes once', async () => {
    const atOnce = await bookingToSign(product, host, type);
    const meanwhile = await bookingToSign(product, host, type);
    const sessions = [await openSigning(product, atOnce.token), await openSigning(product, meanwhile.token)] as const;
    // One signs while the worker lives, and it dies with the signed document under way; the other signs while none is there.
    const signing = signTyped(product, atOnce.token, sessions[0]);
    expect((await signing).status).toBe(202);
    await killed(worker as ChildProcess);
    expect((await readAsHost(product, host, atOnce.id)).status).toBe('held');
    expect((await signTyped(product, meanwhile.token, sessions[1])).status).toBe(202);

    worker = await startWorkerProcess();
    for (const { id, token } of [atOnce, meanwhile]) {
      await untilStatus(product, token, 'confirmed', 50_000);
      await untilMailed(product, id, 3);
      expect((await mailsOf(product, id)).map(({ kind, recipient }) => `${kind} ${recipient}`)).toEqual([
        'hold_placed guest',
        'booking_confirmed guest',
        'booking_confirmed host',
      ]);
      expect(await mailFilesOf(product, id)).toBe(3);
      expect(
        await eventually(
          () => sentFacts(id),
          (count) => count >= 3,
        ),
      ).toBe(3);
      expect(await milestonesOf(product, id)).toEqual([
        'slot.held',
        'nda.created',
        'nda.sent',
        'nda.signed',
        'nda.completed',
        'booking.confirmed',
      ]);
    }
  }, 120_000);

  it('while mails are leaving sends each of them once', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    expect((await signTyped(product, token, await openSigning(product, token))).status).toBe(202);
    await untilStatus(product, token, 'confirmed');
    await killed(worker as ChildProcess);
    worker = await startWorkerProcess();
    await untilMailed(product, id, 3);
    expect(await mailFilesOf(product, id)).toBe(3);
    expect(await mailsOf(product, id)).toHaveLength(3);
    expect(await sentFacts(id)).toBe(3);
  }, 120_000);
});
