import { expect, test } from '@playwright/test';
import { agreeAndSign, confirmed, drawSignature, freeSlots, hold, liftSheet, openLaterDay } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost();
});

for (const hours of [5, -5]) {
  test(`a guest whose device is ${hours} hours off has the time that is really left, and signs`, async ({ page }) => {
    const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId, holdMinutes: 10 });
    await page.clock.install({ time: Date.now() + hours * 3_600_000 });
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
    await hold(page, (await freeSlots(page))[0] ?? '');
    // Ten minutes less what loading took: not five hours more, and not over.
    await expect(page.getByRole('timer')).toContainText(/\b[89]:\d\d left/, { timeout: 20_000 });
    await liftSheet(page);
    await drawSignature(page);
    await agreeAndSign(page);
    await confirmed(page).toBeVisible({ timeout: 30_000 });
  });
}
