import type { ReactNode, Ref } from 'react';

/** Scrolls what may be wider or longer than the page, by the keyboard too. */
export function Scroll({
  label,
  className = 'scroll',
  ref,
  children,
}: {
  label: string;
  className?: string;
  ref?: Ref<HTMLElement>;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it the keyboard cannot scroll (axe: scrollable-region-focusable).
    <section className={className} aria-label={label} tabIndex={0} {...(ref && { ref })}>
      {children}
    </section>
  );
}
