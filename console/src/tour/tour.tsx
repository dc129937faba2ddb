import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { href, navigate, useLocation } from '../routing.ts';
import { useClient } from '../session/session-context.ts';
import { followTarget } from './follow-target.ts';
import { ANY_CUSTOMER, TOUR, type TourStep } from './steps.ts';

/** What marks the part of the page that a step points at: style/tour.css. */
const MARK = 'data-tour-here';

/**
 * The tour: a dialog beside the page that leads from part to part. It takes the focus when it begins and keeps it from step to step, but
 * holds nobody: the page can be used meanwhile. Escape ends it.
 */
export default function Tour({ onEnd }: { onEnd: () => void }) {
  const client = useClient();
  const [index, setIndex] = useState(0);
  const { path } = useLocation();
  const first = useQuery({
    queryKey: ['customers', 'first'],
    queryFn: () => client.searchCustomers({ order: 'priority', direction: 'descending', limit: 1 }),
  });
  const customer = first.data?.customers[0]?.customerId ?? null;
  // Nobody is scored yet: what shows a customer is left out.
  const steps = TOUR.filter((step) => customer !== null || !step.path.includes(ANY_CUSTOMER));
  const step = steps[index];
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();

  const address = step === undefined ? null : addressOf(step, customer);
  const isHere = address === href(path);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it leads there once; whoever then goes elsewhere is not brought back.
  useEffect(() => {
    if (address !== null && !isHere) navigate(address);
  }, [address]);
  useEffect(() => {
    if (step === undefined || !isHere) return;
    let marked: Element | null = null;
    return followTarget(step, (target) => {
      marked?.removeAttribute(MARK);
      marked = target;
      target?.setAttribute(MARK, '');
      target?.scrollIntoView({ block: 'center', behavior: reducedMotion() ? 'auto' : 'smooth' });
    });
  }, [step, isHere]);
  const isReady = !first.isPending && step !== undefined;
  useEffect(() => {
    if (isReady) heading.current?.focus({ preventScroll: true });
  }, [isReady]);

  if (!isReady) return null;
  const isLast = index === steps.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onEnd();
  };
  return (
    <dialog open className="tour" aria-labelledby={titleId} onKeyDown={onKeyDown}>
      <div aria-live="polite" aria-atomic="true">
        <p className="hint">
          Tour, {index + 1} of {steps.length}
        </p>
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          {step.title}
        </h2>
        <p>{step.text}</p>
      </div>
      <div className="actions">
        {index > 0 && (
          <button type="button" onClick={() => setIndex(index - 1)}>
            Back
          </button>
        )}
        <button type="button" className="primary" onClick={() => (isLast ? onEnd() : setIndex(index + 1))}>
          {isLast ? 'Done' : 'Next'}
        </button>
        {!isLast && (
          <button type="button" onClick={onEnd}>
            End the tour
          </button>
        )}
        {isLast && (
          <a className="button" href="docs/">
            Read on in the handbook
          </a>
        )}
      </div>
    </dialog>
  );
}

function addressOf({ path }: TourStep, customer: string | null): string {
  return href(path.map((part) => (part === ANY_CUSTOMER ? (customer ?? '') : part)));
}

function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
