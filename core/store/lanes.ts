/**
 * Lanes that a connection's messages wait in, those about one record in one: more than processes are likely to share a workspace, few
 * enough that a backlog of one lane is still read in full batches.
 */
export const LANES = 8;

/** The lane of what is about a record: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), the same in every process and version. */
export function laneOf(about: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(about)) hash = Math.imul(hash ^ byte, 0x01_00_01_93);
  return (hash >>> 0) % LANES;
}
