import { createContext, useContext } from 'react';

/** What pages know of the tour. */
export interface TourControls {
  /** Whether it was neither taken nor declined by who is signed in, in this browser. */
  isOffered: boolean;
  start(): void;
  /** Not now, and not again unless it is asked for. */
  decline(): void;
}

export const TourContext = createContext<TourControls | null>(null);

/** The tour; only below the Shell. */
export function useTour(): TourControls {
  const controls = useContext(TourContext);
  if (controls === null) throw new Error('The tour is there for who is signed in alone.');
  return controls;
}
