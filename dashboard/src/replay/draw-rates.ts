import { fieldColours } from '../field/theme.ts';

/** Draws the rates of a whole run as an area; what is over already in the colour of what moves. */
export function drawRates(canvas: HTMLCanvasElement, rates: readonly number[], share: number): void {
  const [width, height] = [canvas.clientWidth * devicePixelRatio, canvas.clientHeight * devicePixelRatio];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context || rates.length === 0) return;
  const colours = fieldColours();
  const most = rates.reduce((highest, rate) => Math.max(highest, rate), 1);
  context.clearRect(0, 0, width, height);
  const area = new Path2D();
  area.moveTo(0, height);
  for (const [step, rate] of rates.entries())
    area.lineTo((step / Math.max(1, rates.length - 1)) * width, height - (rate / most) * (height - 2));
  area.lineTo(width, height);
  area.closePath();
  context.fillStyle = colours.open;
  context.fill(area);
  context.save();
  context.beginPath();
  context.rect(0, 0, width * share, height);
  context.clip();
  context.fillStyle = colours.inFlight;
  context.fill(area);
  context.restore();
}
