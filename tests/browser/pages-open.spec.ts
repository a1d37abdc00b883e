import { expect, test } from '@playwright/test';
import { newHost } from './host.ts';
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

test('no page of the dashboard is wider than a phone, in the language with the longer words', async ({ browser }) => {
  const host = await newHost('Hannelore von und zu Langenfeld-Hohenstein');
  const type = await host.meetingType({ title: 'Ein erstes Gespräch über das, was wir gemeinsam vorhaben' });
  const width = 360;
  const context = await browser.newContext({ locale: 'de-DE', viewport: { width, height: 740 } });
  await host.enter(context);
  const page = await context.newPage();
  const paths = ['', '/start', '/availability', '/meeting-types', `/meeting-types/${type.id}`, '/nda-templates'];
  const others = ['/insights', '/privacy', '/operations', '/members', '/organization', '/audit', '/embed', '/api-keys'];
  for (const path of [...paths, `/nda-templates/${host.ndaTemplateId}`, ...others, '/account']) {
    await page.goto(`${base}/dashboard${path}`);
    await page.getByRole('main').getByRole('heading').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
  }
  await context.close();
});
