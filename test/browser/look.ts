import type { Page } from 'playwright-core';

/**
 * What is wrong with the layout of a page, in words: a page wider than the window, text that is cut off, and boxes that lie over one
 * another. Text that is shortened with an ellipsis, or may be scrolled to, is meant so.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`the page is ${root.scrollWidth} px wide`);
    const isSeen = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1 && getComputedStyle(element).visibility === 'visible';
    };
    const nameOf = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent ?? '').slice(0, 30)}"`;
    const texts = [...document.querySelectorAll('h1, h2, h3, p, a, button, label, dt, dd, td, th, li, span')].filter(
      isSeen,
    );
    for (const element of texts) {
      const { overflowX, textOverflow, display } = getComputedStyle(element);
      const isMeant =
        overflowX === 'auto' || overflowX === 'scroll' || textOverflow === 'ellipsis' || display === 'inline';
      if (!isMeant && element.scrollWidth > element.clientWidth + 1) faults.push(`cut off: ${nameOf(element)}`);
    }
    const boxes = [...document.querySelectorAll('.stat, .card, .field, button, .button, h1')]
      .filter((element) => isSeen(element) && !element.closest('.side, dialog, .table-wrap'))
      .map((element) => ({ element, box: element.getBoundingClientRect() }));
    for (const [index, { element, box }] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        if (element.contains(other.element) || other.element.contains(element)) continue;
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 1) faults.push(`overlapping: ${nameOf(element)} and ${nameOf(other.element)}`);
      }
    }
    return faults;
  });
}

/** Serious faults of accessibility, by axe-core; each with where it is. */
export async function accessibilityFaults(page: Page, axeSource: string): Promise<string[]> {
  // As a debugger puts it in: the page's own policy allows no foreign script.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      impact: string | null;
      nodes: readonly { html: string }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: readonly Violation[] }> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}
