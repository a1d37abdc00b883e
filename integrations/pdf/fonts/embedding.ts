import { fontFaces } from './families.ts';
import type { FontFace, FontStyle } from './families.ts';

/** The `font-family` of every document: text face first, then whatever script the text is in. */
export const documentFontFamily = "'Source Serif 4', 'Document Scripts'";

const TEXT_PACKAGE = '@fontsource/source-serif-4';
const SCRIPT_PACKAGES = [
  'noto-sans',
  'noto-sans-arabic',
  'noto-sans-hebrew',
  'noto-sans-devanagari',
  'noto-sans-thai',
  'noto-sans-bengali',
  'noto-sans-tamil',
  'noto-sans-telugu',
  'noto-sans-gujarati',
  'noto-sans-gurmukhi',
  'noto-sans-kannada',
  'noto-sans-malayalam',
  'noto-sans-sinhala',
  'noto-sans-khmer',
  'noto-sans-lao',
  'noto-sans-myanmar',
  'noto-sans-georgian',
  'noto-sans-armenian',
  'noto-sans-ethiopic',
];
const HAN_PACKAGES = { ja: 'noto-sans-jp', ko: 'noto-sans-kr', zh: 'noto-sans-sc' } as const;

export type EmbeddedFonts = {
  /** `@font-face` rules, each with the address of its font (see `fontAt`). */
  css: string;
  /** Characters that no font here has: they would come out blank. */
  uncovered: ReadonlySet<string>;
};

/**
 * The fonts that a text needs and no others: a page of English takes 30 kB, a Japanese name 15 kB more.
 * @param text what will be drawn (markup does no harm: it is ASCII).
 * @param language BCP 47: decides between the Chinese, Japanese and Korean forms of Han characters.
 */
export function embeddedFonts(
  text: string,
  language: string,
  weights: readonly number[],
  italic: boolean,
): EmbeddedFonts {
  const wanted = drawnCodePoints(text);
  const rules: string[] = [];
  const styles: FontStyle[] = italic ? ['normal', 'italic'] : ['normal'];
  let missing = wanted;
  for (const style of styles) {
    for (const weight of weights) {
      const chosen = chooseFaces(fontFaces(TEXT_PACKAGE, weight, style), wanted);
      rules.push(...chosen.faces.map((face) => fontFaceRule('Source Serif 4', face, `${weight}`, style)));
      missing = chosen.missing;
    }
  }
  const scripts: FontFace[] = [];
  for (const packageName of scriptPackages(text, language)) {
    if (missing.size === 0) break;
    const chosen = chooseFaces(fontFaces(`@fontsource/${packageName}`, 400, 'normal'), missing);
    scripts.push(...chosen.faces);
    missing = chosen.missing;
  }
  // Of rules with overlapping ranges the last one wins, so the first choice comes last.
  rules.push(...scripts.reverse().map((face) => fontFaceRule('Document Scripts', face, '200 900', 'normal')));
  return {
    css: rules.join('\n'),
    uncovered: new Set([...missing].map((codePoint) => String.fromCodePoint(codePoint))),
  };
}

function scriptPackages(text: string, language: string): string[] {
  const han = HAN_PACKAGES[hanLanguage(text, language)];
  const otherHan = Object.values(HAN_PACKAGES).filter((name) => name !== han);
  return [...SCRIPT_PACKAGES, han, ...otherHan, 'noto-emoji'];
}

function hanLanguage(text: string, language: string): keyof typeof HAN_PACKAGES {
  const primary = language.toLowerCase().split('-')[0];
  if (primary === 'ja' || primary === 'ko' || primary === 'zh') return primary;
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return 'ja';
  return /\p{Script=Hangul}/u.test(text) ? 'ko' : 'zh';
}

/** Leaves out what draws nothing by itself: white space, joiners, variation selectors, tags. */
function drawnCodePoints(text: string): Set<number> {
  const codePoints = new Set<number>();
  for (const character of new Set(text)) {
    if (!/[\s\p{Default_Ignorable_Code_Point}\p{Cc}]/u.test(character)) codePoints.add(character.codePointAt(0) ?? 0);
  }
  return codePoints;
}

function chooseFaces(
  faces: readonly FontFace[],
  wanted: ReadonlySet<number>,
): { faces: FontFace[]; missing: Set<number> } {
  const missing = new Set(wanted);
  const chosen = new Set<FontFace>();
  for (const codePoint of wanted) {
    const face = faces.findLast((candidate) => candidate.has(codePoint));
    if (face === undefined) continue;
    chosen.add(face);
    missing.delete(codePoint);
  }
  return { faces: [...chosen], missing };
}

function fontFaceRule(family: string, face: FontFace, weight: string, style: FontStyle): string {
  return (
    `@font-face{font-family:'${family}';font-weight:${weight};font-style:${style};` +
    `src:url(${face.url}) format('woff2');unicode-range:${face.ranges}}`
  );
}
