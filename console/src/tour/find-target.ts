import type { TourStep } from './steps.ts';

/**
 * Calls back once what a step points at is in the page, which may still be loading.
 *
 * @returns the way to stop waiting
 */
export function whenThere(step: TourStep, found: (target: Element) => void): () => void {
  const present = targetOf(step);
  if (present) {
    found(present);
    return () => undefined;
  }
  const observer = new MutationObserver(() => {
    const target = targetOf(step);
    if (!target) return;
    observer.disconnect();
    found(target);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  return () => observer.disconnect();
}

function targetOf({ points, part }: TourStep): Element | undefined {
  const candidates = [...document.querySelectorAll(`main ${points}`)];
  if (part === undefined) return candidates[0];
  return candidates.find((element) => element.querySelector('h2')?.textContent === part);
}
