/** Whether somebody took the tour or declined it, kept in this browser by the id of who is signed in. */
const keyOf = (userId: string) => `staypower-tour ${userId}`;

export function hasSeenTour(userId: string): boolean {
  return localStorage.getItem(keyOf(userId)) !== null;
}

export function keepTourSeen(userId: string): void {
  localStorage.setItem(keyOf(userId), 'seen');
}
