import { afterAll, describe, expect, test } from 'vitest';
import { chromium } from 'playwright-core';
import { difference, ink, pagePixels } from '#tests/conformance/pdf/page-pixels.ts';
import type { PagePixels } from '#tests/conformance/pdf/page-pixels.ts';
import { chromiumExecutable } from '../chromium/executable.ts';
import { createPdfRenderer } from '../chromium/chromium-renderer.ts';
import { withEmbeddedFonts } from './document-fonts.ts';
import { documentFontFamily, embeddedFonts } from './embedding.ts';
import { fontAt } from './families.ts';

/** Two names a script, of equal length: blanks have no ink, and boxes for missing glyphs make the two look alike. */
const names = [
  ['Latin', 'Łukasz Nguyễn', 'Zoë Đặng Ürgü'],
  ['Greek', 'Ελένη Ώρα', 'Γιώργος Ψ'],
  ['Cyrillic', 'Дмитро Їжак', 'Ђорђе Љубић'],
  ['Chinese, simplified', '王小明', '李国强'],
  ['Chinese, traditional', '陳龍體', '劉麗華'],
  ['Japanese', '山田 たろう', '高橋 サクラ'],
  ['Korean', '김철수', '박영희'],
  ['Arabic', 'محمد', 'فاطم'],
  ['Persian', 'پژمان گچ', 'ژاله چگی'],
  ['Hebrew', 'אברהם', 'יצחקי'],
  ['Devanagari', 'अनुराधा', 'विक्रमः'],
  ['Thai', 'สมชาย', 'วิไลพ'],
  ['Bengali', 'রবীন্দ্র', 'সুভাষচন'],
  ['Tamil', 'தமிழன்', 'கலையர'],
  ['Telugu', 'రాములు', 'సీతమ్మ'],
  ['Gujarati', 'મોહનદ', 'ગાંધી'],
  ['Gurmukhi', 'ਗੁਰਮੀਤ', 'ਹਰਜੀਤਾ'],
  ['Kannada', 'ರಾಘವೇಂ', 'ಕುವೆಂಪ'],
  ['Malayalam', 'മോഹൻലാ', 'ശ്രീജിത'],
  ['Sinhala', 'නිමල්', 'සුනිල'],
  ['Khmer', 'សុខា', 'ដារា'],
  ['Lao', 'ສົມພອນ', 'ບຸນມີຄຳ'],
  ['Myanmar', 'အောင်', 'မြင့'],
  ['Georgian', 'გიორგი', 'ნინოსა'],
  ['Armenian', 'Արամյան', 'Նարեկցի'],
  ['Ethiopic', 'አበበበ', 'ተስፋዬ'],
  ['emoji', '😀🎉', '👍🚀'],
] as const;

const page = (text: string): string =>
  `<!doctype html><html lang="en"><head><style>@page{size:120mm 60mm;margin:5mm}p{margin:0}body{font:28pt ${documentFontFamily}}</style></head>` +
  `<body><p>${text}</p></body></html>`;

const MIN_INK = 300;

/** Written and told apart: dark enough, and each name its own picture. */
function readable(first: PagePixels, second: PagePixels): boolean {
  const least = Math.min(ink(first), ink(second));
  return least > MIN_INK && difference(first, second) > least / 4;
}

const renderer = createPdfRenderer();
afterAll(() => renderer.close());

async function drawn(text: string): Promise<PagePixels> {
  const html = page(text);
  return pagePixels(await renderer.render({ html, title: 'x', language: 'en', author: 'x', createdAt: new Date(0) }));
}

describe('names in a PDF, looked at in pixels', { timeout: 60_000 }, () => {
  test.each(names)('%s can be read', async (_, first, second) => {
    expect(embeddedFonts(first + second, 'en', [400], false).uncovered.size).toBe(0);
    expect(readable(await drawn(first), await drawn(second))).toBe(true);
  });

  test('without the embedded fonts the same look at the same names fails: it sees what is missing', async () => {
    const browser = await chromium.launch(await chromiumExecutable());
    const bare = await browser.newPage();
    const print = async (text: string): Promise<PagePixels> => {
      await bare.setContent(page(text));
      return pagePixels(await bare.pdf({ preferCSSPageSize: true }));
    };
    for (const [script, first, second] of names.filter(([name]) =>
      ['Korean', 'Arabic', 'Devanagari', 'Thai'].includes(name),
    )) {
      expect(readable(await print(first), await print(second)), script).toBe(false);
    }
    await browser.close();
  });

  test('a character that no font has is written as its code point', async () => {
    expect(withEmbeddedFonts(page('a\u{13000}b'), 'en')).toContain('<p>a[U+13000]b</p>');
    expect(readable(await drawn('\u{13000}'), await drawn('\u{13001}'.repeat(2)))).toBe(true);
  });

  test('Han characters take the form of the language', () => {
    const form = (text: string, language: string): string => embeddedFonts(text, language, [400], false).css;
    expect(form('直', 'ja')).not.toBe(form('直', 'zh-Hant'));
    expect(form('直', 'ko')).not.toBe(form('直', 'zh'));
    expect(form('直 さ', 'en')).toContain(form('直', 'ja').slice(-500));
  });

  test('a text brings the fonts it needs and no more', () => {
    const bytesFor = (text: string): number =>
      [...embeddedFonts(text, 'en', [400, 600], false).css.matchAll(/url\((.*?)\)/g)]
        .map(([, url = '']) => fontAt(url)?.length ?? Infinity)
        .reduce((sum, bytes) => sum + bytes, 0);
    expect(bytesFor('Plain English.')).toBeGreaterThan(10_000);
    expect(bytesFor('Plain English.')).toBeLessThan(45_000);
    expect(bytesFor('Plain English. 山田太郎')).toBeLessThan(150_000);
    expect(embeddedFonts('', 'en', [400], false)).toEqual({ css: '', uncovered: new Set() });
  });

  test('characters written as references are drawn too; markup stays markup', () => {
    const html = withEmbeddedFonts(
      '<!doctype html><head></head><p>&#x738B;&#29579; &#60;b&#62; &#x110000; &#xD800;</p>',
      'zh',
    );
    expect(html).toContain('<p>王王 &#60;b&#62; &#x110000; &#xD800;</p>');
  });
});
