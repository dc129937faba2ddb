import { useTour } from './tour-context.ts';

/** Offers the tour to who has neither taken nor declined it. */
export function TourInvitation() {
  const { isOffered, start, decline } = useTour();
  if (!isOffered) return null;
  return (
    <section className="card invitation" aria-label="Tour">
      <p>
        <strong>New here?</strong> A tour of twelve stops shows where what is, in two minutes.
      </p>
      <div className="actions">
        <button type="button" className="primary" onClick={start}>
          Take the tour
        </button>
        <button type="button" onClick={decline}>
          No, thank you
        </button>
      </div>
    </section>
  );
}
