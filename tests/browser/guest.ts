import { expect, type Page } from '@playwright/test';

/** What a guest does on the pages, by the names that they read there. */

/** Waits for the list of times and gives the starts that can be chosen now. */
export async function freeSlots(page: Page): Promise<string[]> {
  await expect(page.locator('[data-slot]').first()).toBeVisible();
  return page.locator('[data-slot]').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['slot'] ?? ''));
}

export const slotButton = (page: Page, start: string) => page.locator(`[data-slot="${start}"]`);

/** A day that has all its times still ahead of it. */
export async function openLaterDay(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Next month' }).click();
  await page.locator('td button.free').nth(3).click();
}

export async function fillDetails(page: Page, name = 'Ada Guest'): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('E-mail').fill(`${name.split(' ')[0]?.toLowerCase() ?? 'guest'}@example.net`);
}

export async function hold(page: Page, start: string, name?: string): Promise<void> {
  await slotButton(page, start).click();
  await fillDetails(page, name);
  await page.getByRole('button', { name: /Hold this time|Confirm the meeting/ }).click();
  await expect(page).toHaveURL(/\/my-booking(\/sign)?#/);
}

/** On a phone the panel is a sheet that has to be asked for. */
export async function liftSheet(page: Page): Promise<void> {
  await expect(page.getByRole('article', { name: 'The agreement' })).toBeVisible({ timeout: 20_000 });
  const lift = page.getByRole('button', { name: 'Sign', exact: true });
  if (await lift.isVisible()) await lift.click();
}

export async function drawSignature(page: Page): Promise<void> {
  // The sheet slides in; hovering waits until it stands still.
  await page.locator('canvas').hover();
  const box = await page.locator('canvas').boundingBox();
  if (box === null) throw new Error('there is no canvas to draw on');
  await page.mouse.move(box.x + 40, box.y + box.height / 2);
  await page.mouse.down();
  for (let step = 1; step <= 20; step += 1) {
    await page.mouse.move(box.x + 40 + step * 8, box.y + box.height / 2 + 30 * Math.sin(step));
  }
  await page.mouse.up();
}

export async function agreeAndSign(page: Page): Promise<void> {
  await page.getByRole('checkbox', { name: /I agree to sign/ }).check();
  await page.getByRole('button', { name: 'Sign and confirm my booking' }).click();
}

export const confirmed = (page: Page) => expect(page.getByRole('heading', { name: 'Your meeting is confirmed.' }));
