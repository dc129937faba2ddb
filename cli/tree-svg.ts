import type { SurrogateView } from '../core/scores/overview.ts';
import { escapeHtml } from './charts.ts';

const LEAF_WIDTH = 176;
const LEVEL_HEIGHT = 110;
const BOX = { width: 166, height: 62 };

/** Draws a surrogate tree as one SVG that needs nothing beside itself: a question or a risk in each box, yes to the left. */
export function treeSvg(root: SurrogateView, title: string): string {
  const parts: string[] = [];
  let leaves = 0;
  let deepest = 0;
  /** Draws a node below its children's lines and returns its middle. */
  const draw = (node: SurrogateView, depth: number): number => {
    deepest = Math.max(deepest, depth);
    const children = [node.yes, node.no].filter((child) => child !== null);
    const middles = children.map((child) => draw(child, depth + 1));
    const x =
      middles.length === 0
        ? LEAF_WIDTH * (leaves++ + 0.5)
        : middles.reduce((sum, each) => sum + each, 0) / middles.length;
    const y = 40 + depth * LEVEL_HEIGHT;
    for (const [index, middle] of middles.entries()) {
      parts.push(
        `<line x1="${x}" y1="${y + BOX.height}" x2="${middle}" y2="${y + LEVEL_HEIGHT}" stroke="#888"/>`,
        `<text x="${(x + middle) / 2}" y="${y + BOX.height + 26}" fill="#555">${index === 0 ? 'yes' : 'no'}</text>`,
      );
    }
    parts.push(box(node, x, y));
    return x;
  };
  draw(root, 0);
  const width = Math.max(leaves, 2) * LEAF_WIDTH;
  const height = 40 + deepest * LEVEL_HEIGHT + BOX.height + 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" text-anchor="middle"><title>${escapeHtml(title)}</title><text x="${width / 2}" y="22" font-size="15">${escapeHtml(title)}</text>${parts.join('')}</svg>\n`;
}

function box(node: SurrogateView, x: number, y: number): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const lines = [
    ...(node.question === null ? [] : halves(node.question)),
    `risk ${percent(node.churnProbability)}, ${percent(node.shareOfCustomers)} of all`,
  ];
  const fill = `hsl(${Math.round(120 * (1 - node.churnProbability))} 60% 88%)`;
  const text = lines.map((line, index) => `<text x="${x}" y="${y + 20 + 16 * index}">${escapeHtml(line)}</text>`);
  return `<rect x="${x - BOX.width / 2}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${fill}" stroke="#666"/>${text.join('')}`;
}

/** A question in two lines, parted at the space nearest to its middle. */
function halves(text: string): readonly string[] {
  if (text.length <= 22) return [text];
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const middle = text.length / 2;
  const at = spaces.reduce((best, each) => (Math.abs(each - middle) < Math.abs(best - middle) ? each : best), 0);
  return [text.slice(0, at), text.slice(at + 1)];
}
