/** How often instants came, of those that came often: a small table in which rare ones make room (Misra and Gries 1982). */
export type Instants = Record<string, number>;

const INSTANTS_KEPT = 32;
/** Sales at one instant that no shop makes. */
const BURST_FROM = 25;

/** Counts an instant in. Days, and midnights, by which systems write days, are none. Returns its count when that is a burst's. */
export function countInstant(instants: Instants, occurredAt: string): number | null {
  if (occurredAt.length === 10) return null;
  const ms = new Date(occurredAt).getTime();
  if (ms % 86_400_000 === 0) return null;
  const key = new Date(ms).toISOString();
  if (instants[key] === undefined && Object.keys(instants).length >= INSTANTS_KEPT) {
    for (const [each, count] of Object.entries(instants)) {
      if (count <= 1) delete instants[each];
      else instants[each] = count - 1;
    }
    return null;
  }
  instants[key] = (instants[key] ?? 0) + 1;
  return instants[key] >= BURST_FROM ? instants[key] : null;
}
