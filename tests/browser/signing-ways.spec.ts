import { join } from 'node:path';
import { deflateSync, crc32 } from 'node:zlib';
import { expect, test } from '@playwright/test';
import type { NdaTemplate } from '#contract/nda-templates.ts';
import { listMailbox, readMailboxMessage } from '#integrations/mail/mailbox-reader.ts';
import { agreeAndSign, confirmed, drawSignature, freeSlots, hold, liftSheet, openLaterDay } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost('Signing Host');
});

test('a guest proves their address with the code from their mail, then signs', async ({ page }) => {
  const known = await host.send<NdaTemplate>('get', `/nda-templates/${host.ndaTemplateId}`);
  const content = { ...known.current.content, emailCodeRequired: true };
  const template = await host.send<NdaTemplate>('post', '/nda-templates', { name: 'With a code', content });
  const type = await host.meetingType({ ndaTemplateId: template.id });
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[0] ?? '', 'Cody Coded');
  await liftSheet(page);
  await page.getByRole('button', { name: 'Send the code' }).click();
  await expect(page.getByText('The code is on its way to', { exact: false })).toBeVisible();
  await page.getByLabel('Code', { exact: true }).fill(await newestCode('cody@example.net'));
  await page.getByText('Type', { exact: true }).click();
  await page.getByLabel('Your name, as your signature').fill('Cody Coded');
  await agreeAndSign(page);
  await confirmed(page).toBeVisible({ timeout: 30_000 });
});

test('a guest signs with a picture of their signature', async ({ page }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[3] ?? '', 'Pia Picture');
  await liftSheet(page);
  await page.getByText('Upload', { exact: true }).click();
  const picture = { name: 'signature.png', mimeType: 'image/png', buffer: diagonalStroke() };
  await page.getByLabel('Picture of your signature').first().setInputFiles(picture);
  await expect(page.getByRole('img', { name: 'Picture of your signature' })).toBeVisible();
  await agreeAndSign(page);
  await confirmed(page).toBeVisible({ timeout: 30_000 });
});

test('a phone gets the agreement as PDF too, and is told what is missing only while it is', async ({ browser }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[6] ?? '', 'Paula Phone');
  await expect(page.getByRole('timer')).toContainText('Berlin (UTC+');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as PDF' }).click();
  expect((await download).suggestedFilename()).toBe('agreement.pdf');
  await liftSheet(page);
  await page.getByRole('button', { name: 'Sign and confirm my booking' }).click();
  await expect(page.getByRole('alert')).toHaveText('Draw your signature first.');
  await drawSignature(page);
  await expect(page.getByRole('alert')).toHaveText(/Tick the box first/);
  await page.getByRole('checkbox', { name: /I agree to sign/ }).check();
  await expect(page.getByRole('alert')).toBeHidden();
  await agreeAndSign(page);
  await expect(page.getByRole('timer')).toBeHidden();
  await confirmed(page).toBeVisible({ timeout: 30_000 });
  await context.close();
});

async function newestCode(address: string): Promise<string> {
  const mailbox = join(systemUnderTest().stateDir, 'mailbox');
  let code: string | undefined;
  await expect
    .poll(
      async () => {
        for (const { id, to } of await listMailbox(mailbox, { limit: 50 })) {
          if (to.address !== address) continue;
          const mail = await readMailboxMessage(mailbox, id);
          code = /(?<!\d)\d{6}(?!\d)/.exec(mail?.text ?? '')?.[0];
          if (code !== undefined) return code;
        }
        return undefined;
      },
      { timeout: 20_000 },
    )
    .toBeDefined();
  return code ?? '';
}

/** A PNG (RFC 2083) of dark ink on white, 80 × 40. */
function diagonalStroke(): Buffer {
  const [width, height] = [80, 40];
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => (Math.abs(x - 2 * y) < 4 ? 0 : 255)),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = chunk('IDAT', deflateSync(Buffer.from(rows.flat())));
  return Buffer.concat([signature, chunk('IHDR', header), pixels, chunk('IEND', Buffer.alloc(0))]);
}
