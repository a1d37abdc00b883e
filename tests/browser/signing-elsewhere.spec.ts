import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { startTemporarySystem, type System } from '#runtime/system.ts';
import { confirmed, freeSlots, hold, liftSheet, openLaterDay } from './guest.ts';
import { newHost, type TestHost } from './host.ts';

/** A system of its own: its NDAs are signed at a server that speaks DocuSign's protocol, and has its own page. */
let docusign: ChildProcess;
let system: System;
let host: TestHost;
test.beforeAll(async () => {
  test.setTimeout(300_000);
  docusign = spawn(process.execPath, [join(import.meta.dirname, '..', 'docusign-server', 'run.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  system = await startTemporarySystem({ report: () => undefined, env: await settingsFor(docusign) });
  host = await newHost('Dora Host', system.urls.base);
});
test.afterAll(async () => {
  await system.stop();
  docusign.kill('SIGTERM');
  await once(docusign, 'exit');
});

/** What the server prints for those who start it by hand: `NAME='value'`, up to an empty line. */
async function settingsFor({ stdout }: ChildProcess): Promise<Record<string, string>> {
  if (stdout === null) throw new Error('the server has no output to read');
  const settings: Record<string, string> = {};
  for await (const line of createInterface({ input: stdout })) {
    const [, name, value] = /^(\w+)='(.*)'$/.exec(line) ?? [];
    if (name === undefined || value === undefined) break;
    settings[name] = value;
  }
  return settings;
}

test('a guest signs on the page of the signing service, and comes back to a confirmed meeting', async ({ page }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  await page.goto(`${system.urls.base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[0] ?? '', 'Wanda Away');
  await liftSheet(page);
  await page.getByRole('link', { name: 'Open the document to sign' }).click();
  await expect(page.getByText('Wanda Away, wanda@example.net')).toBeVisible();
  await page.getByRole('button', { name: 'Finish' }).click();
  await confirmed(page).toBeVisible({ timeout: 60_000 });
  await expect(
    page
      .getByRole('link', { name: /signed/i })
      .or(page.getByRole('button', { name: /signed/i }))
      .first(),
  ).toBeVisible();
});

test('a guest who declines there finds the time let go here', async ({ page }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  await page.goto(`${system.urls.base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[2] ?? '', 'Nils No');
  await liftSheet(page);
  await page.getByRole('link', { name: 'Open the document to sign' }).click();
  await page.getByLabel('Reason').fill('Our lawyers want other words.');
  await page.getByRole('button', { name: 'Decline to sign' }).click();
  await expect(page.getByRole('heading', { name: 'You did not sign; the time was let go.' })).toBeVisible({
    timeout: 60_000,
  });
  expect((await host.newestBooking()).status).toBe('declined');
});
