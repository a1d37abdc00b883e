export type Point = { x: number; y: number };
export type Stroke = Point[];
export type Box = { x: number; y: number; width: number; height: number };

/** The smallest box around all strokes, with a margin; null when nothing was drawn. */
export function boundsOf(strokes: readonly Stroke[], margin: number): Box | null {
  const points = strokes.flat();
  if (points.length === 0) return null;
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, top] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  return { x: left, y: top, width: Math.max(...xs) + margin - left, height: Math.max(...ys) + margin - top };
}

/** More than a slip of the finger: a signature has some length. */
export function isSignature(strokes: readonly Stroke[]): boolean {
  const length = strokes.reduce(
    (sum, stroke) =>
      sum +
      stroke
        .slice(1)
        .reduce(
          (part, { x, y }, index) => part + Math.hypot(x - (stroke[index]?.x ?? x), y - (stroke[index]?.y ?? y)),
          0,
        ),
    0,
  );
  return length > 30;
}

/** Draws smooth lines: each curve runs through the middles between the points that the pen touched. */
export function drawStrokes(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  color: string,
  width: number,
): void {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) drawStroke(context, stroke, width);
}

function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke, width: number): void {
  const first = stroke[0];
  if (first === undefined) return;
  context.beginPath();
  if (stroke.length === 1) {
    context.arc(first.x, first.y, width / 2, 0, Math.PI * 2);
    context.fill();
    return;
  }
  context.moveTo(first.x, first.y);
  for (const [index, point] of stroke.entries()) {
    const next = stroke[index + 1] ?? point;
    context.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
  }
  context.stroke();
}

/** Dark ink on nothing, whatever the page's colours: the signature is for paper. */
const inkOnPaper = '#1a2c8f';
const scale = 2;

/** A PNG of the strokes, cut to their box, as base64. */
export function toPng(strokes: readonly Stroke[]): string | null {
  const box = boundsOf(strokes, 8);
  if (box === null) return null;
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(box.width * scale);
  canvas.height = Math.ceil(box.height * scale);
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.scale(scale, scale);
  context.translate(-box.x, -box.y);
  drawStrokes(context, strokes, inkOnPaper, 2.6);
  return base64Of(canvas);
}

const uploadWidth = 1000;
const uploadHeight = 400;

/** Any picture the browser can read, as a PNG of bounded size, as base64; null when it cannot. */
export async function pictureToPng(file: Blob): Promise<string | null> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  const ratio = Math.min(1, uploadWidth / bitmap.width, uploadHeight / bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * ratio));
  canvas.height = Math.max(1, Math.round(bitmap.height * ratio));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return base64Of(canvas);
}

function base64Of(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
