import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { chromiumExecutable } from '#integrations/pdf/chromium/executable.ts';
import { startTemporarySystem, type System } from '#runtime/system.ts';
import { agreeAndSign, confirmed, drawSignature, freeSlots, hold, liftSheet, openLaterDay } from './guest.ts';

/** `npm run screenshots`: the main pages as they are now, for docs/screenshots. */
const folder = join(import.meta.dirname, '..', '..', 'docs', 'screenshots');
const desktop = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };
type Look = { name: string; scheme: 'light' | 'dark'; viewport: typeof desktop };
const looks: Look[] = [
  { name: 'light', scheme: 'light', viewport: desktop },
  { name: 'dark', scheme: 'dark', viewport: desktop },
  { name: 'phone', scheme: 'light', viewport: phone },
];

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const system = await startTemporarySystem({ report: (line) => process.stdout.write(`${line}\n`) });
  const browser = await launch();
  try {
    for (const look of looks) await pictures(browser, system, look);
  } finally {
    await browser.close();
    await system.stop();
  }
}

async function launch(): Promise<Browser> {
  const { executablePath, args, env } = await chromiumExecutable();
  return chromium.launch({ executablePath, args, env });
}

async function pictures(browser: Browser, system: System, look: Look): Promise<void> {
  const context = await browser.newContext({
    baseURL: system.urls.base,
    colorScheme: look.scheme,
    viewport: look.viewport,
    // Scrollbars lie over the page there, as on a phone.
    isMobile: look.viewport === phone,
    hasTouch: look.viewport === phone,
    locale: 'en-GB',
    timezoneId: 'Europe/Riga',
  });
  const page = await context.newPage();
  const take = (name: string) => picture(page, `${name}-${look.name}`);
  await page.goto('/demo/founder-meeting');
  await openLaterDay(page);
  const slots = await freeSlots(page);
  await take('booking');
  await hold(page, slots[looks.indexOf(look) + 1] ?? slots[0] ?? '', 'Grace Guest');
  await liftSheet(page);
  // The sheet comes up before it can be written on.
  await page.waitForTimeout(600);
  await drawSignature(page);
  await take('sign');
  await agreeAndSign(page);
  await confirmed(page).toBeVisible({ timeout: 20_000 });
  await take('my-booking');
  await logIn(page, system);
  await take('dashboard');
  for (const [path, name] of [
    ['/dashboard/availability', 'availability'],
    ['/dashboard/nda-templates', 'nda-templates'],
    ['/dashboard/insights', 'insights'],
  ] as const) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await take(name);
  }
  await context.close();
}

async function logIn(page: Page, { demo }: System): Promise<void> {
  await page.goto('/log-in');
  await page.getByLabel('E-mail').fill(demo.email);
  await page.getByLabel('Password', { exact: true }).fill(demo.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(/dashboard/);
  await page.waitForLoadState('networkidle');
}

async function picture(page: Page, name: string): Promise<void> {
  // Type and motion come to rest first.
  await page.evaluate('document.fonts.ready');
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  process.stdout.write(`  docs/screenshots/${name}.png\n`);
}

await main();
