import type { TourStep } from './steps.ts';

/**
 * Tells what a step points at: once it is in the page, which may still be loading, and again when another element has taken its place.
 *
 * @param onTarget null: it is not there, or no more
 * @returns the way to stop, which tells null
 */
export function followTarget(step: TourStep, onTarget: (target: Element | null) => void): () => void {
  let current: Element | null = null;
  const look = () => {
    const target = targetOf(step);
    if (target === current) return;
    current = target;
    onTarget(target);
  };
  look();
  const observer = new MutationObserver(look);
  // Of style, because a page that waits for the next one is hidden before it goes.
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['style'] });
  return () => {
    observer.disconnect();
    if (current) onTarget(null);
  };
}

function targetOf({ points, part }: TourStep): Element | null {
  const seen = [...document.querySelectorAll(`main ${points}`)].filter((element) => element.checkVisibility());
  if (part === undefined) return seen[0] ?? null;
  return seen.find((element) => element.querySelector('h2')?.textContent === part) ?? null;
}
