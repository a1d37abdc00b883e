import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Parts } from '#activities/parts.ts';
import type { HostBooking } from '#contract/bookings.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import { asHost, isOffered, mailFilesOf, milestonesOf, trailOf, untilMailed } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  holdSlot,
  openSigning,
  readAsHost,
  readMine,
  signTyped,
  untilStatus,
} from '#tests/people.ts';
import { startProduct } from '#tests/product.ts';

class NoDisk extends Error {
  override readonly name = 'NoDisk';
}
class MailServerAway extends Error {
  override readonly name = 'MailServerAway';
}

/** A product whose parts of the outside world fail while the test says so. */
async function productWithFaults() {
  const broken = { renderer: false, mailer: false };
  const wrap = (parts: Parts): Parts => ({
    ...parts,
    renderer: {
      ...parts.renderer,
      render: (document) =>
        broken.renderer ? Promise.reject(new NoDisk('Grace Guest’s agreement')) : parts.renderer.render(document),
    },
    mailer: {
      ...parts.mailer,
      send: (mail) => (broken.mailer ? Promise.reject(new MailServerAway('no route')) : parts.mailer.send(mail)),
    },
  });
  const product = await startProduct({ wrap });
  const host = await buildHost(product);
  return { product, host, type: await buildMeetingType(product, host, { nda: true }), broken };
}
type Stage = Awaited<ReturnType<typeof productWithFaults>>;
let stages: Stage[] = [];
beforeAll(async () => {
  stages = await Promise.all([productWithFaults(), productWithFaults()]);
});
afterAll(async () => {
  await Promise.all(stages.map(({ product }) => product.stop()));
});
function stage(index: 0 | 1): Stage {
  const found = stages[index];
  if (!found) throw new Error('The stage is not set.');
  return found;
}

async function hold({ product, host, type }: Stage) {
  const startsAt = await findSlot(product, host, type);
  const { body } = await holdSlot(product, type, startsAt);
  return { id: body.booking.id, token: body.token, startsAt };
}

/** What an operator's query in the engine's Web UI finds. */
async function foundByOperators({ product }: Stage): Promise<{ workflowId: string; reason: unknown }[]> {
  const found = [];
  for await (const { workflowId, searchAttributes } of product.shared.temporal.workflow.list({
    query: 'NeedsAttention = true AND WorkflowType = "bookingWorkflow"',
  }))
    found.push({ workflowId, reason: searchAttributes['AttentionReason']?.[0] });
  return found;
}

const untilAttention = ({ product, host }: Stage, bookingId: string, wanted: boolean) =>
  eventually(
    () => readAsHost(product, host, bookingId),
    ({ attention }) => (attention !== null) === wanted,
    60_000,
  );

describe.concurrent('a step that keeps failing', () => {
  it('is seen by host and operator, keeps the slot without its clock running, and goes on after a retry', async ({
    expect,
  }) => {
    const here = stage(0);
    const { product, host, type, broken } = here;
    broken.renderer = true;
    const [helped, letGo] = [await hold(here), await hold(here)];
    const seen = await untilAttention(here, helped.id, true);
    await untilAttention(here, letGo.id, true);
    expect(seen.attention).toMatchObject({ step: 'create_agreement', reason: 'NoDisk' });
    expect(seen).toMatchObject({ status: 'held', holdExpiresAt: null, allowed: { retry: true, release: true } });
    expect(await readMine(product, helped.token)).toMatchObject({ status: 'held', delayed: true });
    expect(await isOffered(product, host, type, helped.startsAt)).toBe(false);
    const listed = await eventually(
      () => foundByOperators(here),
      (list) => list.length === 2,
    );
    expect(listed).toContainEqual({ workflowId: bookingWorkflowId(helped.id), reason: 'create_agreement: NoDisk' });
    // What the engine's history shows of the failure names nobody.
    const history = await product.shared.temporal.workflow.getHandle(bookingWorkflowId(helped.id)).fetchHistory();
    expect(JSON.stringify(history)).not.toContain('Grace');

    broken.renderer = false;
    expect(await asHost(product, host, `/bookings/${helped.id}/retry`)).toMatchObject({ status: 200 });
    const session = await openSigning(product, helped.token);
    const recovered = await untilAttention(here, helped.id, false);
    const holdMs = Date.parse(recovered.holdExpiresAt ?? '') - Date.now();
    expect(holdMs).toBeGreaterThan(9 * 60_000);
    expect(await milestonesOf(product, helped.id)).toEqual([
      'slot.held',
      'booking.attention',
      'nda.created',
      'booking.recovered',
      'nda.sent',
    ]);
    expect(await trailOf(product, host, helped.id)).toContain('step.retried by host');
    expect((await signTyped(product, helped.token, session)).status).toBe(202);
    await untilStatus(product, helped.token, 'confirmed');

    const released = await asHost<HostBooking>(product, host, `/bookings/${letGo.id}/release`);
    expect(released).toMatchObject({ status: 200, body: { status: 'released' } });
    expect(await isOffered(product, host, type, letGo.startsAt)).toBe(true);
    // Nothing is left to help with: no list shows it any more.
    await untilAttention(here, letGo.id, false);
    expect(
      await eventually(
        () => foundByOperators(here),
        (list) => list.length === 0,
      ),
    ).toEqual([]);
  });

  it('when it is the mail delays nobody’s confirmation, and each mail leaves once after a retry', async ({
    expect,
  }) => {
    const here = stage(1);
    const { product, host, broken } = here;
    broken.mailer = true;
    const { id, token } = await hold(here);
    await signTyped(product, token, await openSigning(product, token));
    await untilStatus(product, token, 'confirmed');
    const seen = await untilAttention(here, id, true);
    expect(seen.attention).toMatchObject({ step: 'send_mail', reason: 'MailServerAway' });
    broken.mailer = false;
    expect((await asHost(product, host, `/bookings/${id}/retry`)).status).toBe(200);
    const mails = await untilMailed(product, id, 2);
    await untilAttention(here, id, false);
    // The link to sign was overtaken by the signature: it does not leave any more.
    expect(mails.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'hold_placed superseded',
      'booking_confirmed sent',
      'booking_confirmed sent',
    ]);
    expect(await mailFilesOf(product, id)).toBe(2);
  }, 120_000);
});
