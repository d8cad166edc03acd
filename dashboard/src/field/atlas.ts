/** The glyphs of a field, drawn once and copied from then on. */
export interface Atlas {
  readonly canvas: HTMLCanvasElement;
  readonly cellPx: number;
}

/** Colours of the glyphs. */
export interface FieldColours {
  readonly background: string;
  readonly open: string;
  readonly inFlight: string;
  readonly done: string;
  readonly failed: string;
  readonly accepted: string;
}

/** Row of a file that was done a moment ago: the glyph of done in the colour of what moves. */
export const justDone = 5;

/** Equal neighbours are copied together, up to this many: most of a field is long runs. */
export const runLength = 64;

/** Draws a row of equal glyphs for each cell value, opaque, so that drawing over needs no clearing. */
export function drawAtlas(cellPx: number, colours: FieldColours): Atlas {
  const canvas = document.createElement('canvas');
  canvas.width = cellPx * runLength;
  canvas.height = cellPx * (justDone + 1);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return { canvas, cellPx };
  context.fillStyle = colours.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const draw = [
    (pen: Pen) => ring(pen, colours.open),
    (pen: Pen) => halfDisc(pen, colours.inFlight),
    (pen: Pen) => fisheye(pen, colours.done),
    (pen: Pen) => cross(pen, colours.failed),
    (pen: Pen) => slashedRing(pen, colours.accepted),
    (pen: Pen) => fisheye(pen, colours.inFlight),
  ];
  for (const [row, glyph] of draw.entries())
    for (let column = 0; column < runLength; column++)
      glyph({
        context,
        x: (column + 0.5) * cellPx,
        y: (row + 0.5) * cellPx,
        radius: cellPx * 0.37,
        width: Math.max(1, cellPx * 0.09),
      });
  return { canvas, cellPx };
}

interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly width: number;
}

/** ◯ */
function ring({ context, x, y, radius, width }: Pen, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.arc(x, y, radius - width / 2, 0, Math.PI * 2);
  context.stroke();
}

/** ◉ */
function fisheye(pen: Pen, colour: string): void {
  ring(pen, colour);
  const { context, x, y, radius } = pen;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius * 0.58, 0, Math.PI * 2);
  context.fill();
}

/** ◒ */
function halfDisc(pen: Pen, colour: string): void {
  ring(pen, colour);
  const { context, x, y, radius } = pen;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius - pen.width / 2, 0, Math.PI);
  context.fill();
}

/** ✕ */
function cross({ context, x, y, radius, width }: Pen, colour: string): void {
  const arm = radius * 0.85;
  context.strokeStyle = colour;
  context.lineWidth = width * 2;
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
}

/** ⊘ */
function slashedRing(pen: Pen, colour: string): void {
  ring({ ...pen, width: pen.width * 1.3 }, colour);
  const { context, x, y, radius, width } = pen;
  const arm = radius * 0.6;
  context.lineWidth = width * 1.3;
  context.beginPath();
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
}
