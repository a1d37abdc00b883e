import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A page as it looks, in grey: 0 is black, 255 is white. */
export type PagePixels = { width: number; height: number; grey: Uint8Array };

const SCALE = 1.5;

type Drawing = {
  canvas: unknown;
  context: { getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray } };
};

/** Draws a page with pdf.js from the fonts inside the file alone: what is not embedded is not drawn. @param pageNumber from 1. */
export async function pagePixels(pdf: Uint8Array, pageNumber = 1): Promise<PagePixels> {
  const loading = getDocument({
    data: Uint8Array.from(pdf),
    useSystemFonts: false,
    disableFontFace: true,
    verbosity: 0,
  });
  const document = await loading.promise;
  try {
    const page = await document.getPage(pageNumber);
    const viewport = page.getViewport({ scale: SCALE });
    const [width, height] = [Math.ceil(viewport.width), Math.ceil(viewport.height)];
    // The canvas that pdf.js brings: its paths can be drawn on no other.
    const factory = document.canvasFactory as { create(width: number, height: number): Drawing };
    const { canvas, context } = factory.create(width, height);
    await page.render({ canvas: canvas as never, canvasContext: context as never, viewport }).promise;
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, grey: Uint8Array.from({ length: width * height }, (_, index) => data[index * 4] ?? 255) };
  } finally {
    await loading.destroy();
  }
}

const DARK = 128;

/** How many pixels are dark. */
export function ink(page: PagePixels): number {
  return page.grey.reduce((count, value) => (value < DARK ? count + 1 : count), 0);
}

/** How many pixels are dark on one page and light on the other. */
export function difference(a: PagePixels, b: PagePixels): number {
  if (a.width !== b.width || a.height !== b.height) throw new RangeError('The pages differ in size');
  return a.grey.reduce(
    (count, value, index) => (value < DARK === (b.grey[index] ?? 255) < DARK ? count : count + 1),
    0,
  );
}
