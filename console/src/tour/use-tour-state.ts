import { useMemo, useState } from 'react';
import { hasSeenTour, keepTourSeen } from './seen.ts';
import type { TourControls } from './tour-context.ts';

/** Whether the tour is on, and what starts and ends it, for who is signed in. */
export function useTourState(userId: string): { isOn: boolean; end: () => void; controls: TourControls } {
  const [isOn, setOn] = useState(false);
  const [isSeen, setSeen] = useState(() => hasSeenTour(userId));
  return useMemo(() => {
    const remember = () => {
      keepTourSeen(userId);
      setSeen(true);
    };
    return {
      isOn,
      end: () => setOn(false),
      controls: {
        isOffered: !isSeen && !isOn,
        start: () => {
          remember();
          setOn(true);
        },
        decline: remember,
      },
    };
  }, [userId, isOn, isSeen]);
}
