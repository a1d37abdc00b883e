import { expect, test } from '@playwright/test';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

for (const path of ['/demo/intro', '/demo/founder-meeting', '/dashboard', '/mailbox', '/docs']) {
  test(`${path} opens with a heading, and nothing goes wrong on the way`, async ({ page }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 500) problems.push(`${response.status()} ${response.url()}`);
    });
    const response = await page.goto(`${base}${path}`);
    expect(response?.status()).toBe(200);
    await expect(page.getByRole('heading').first()).toBeVisible();
    expect(problems).toEqual([]);
  });
}
