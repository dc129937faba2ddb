import type { CallUsage } from '../domain/call-usage.ts';

/** How far the work of a workspace is behind, over all processes. */
export interface Backlog {
  /** How long the oldest waiting message has waited; 0 when none waits. */
  inboxLagSeconds: number;
  /** What each vendor last said of its calls of the day. */
  calls: readonly ({ connectionId: string } & Pick<CallUsage, 'used' | 'limit'>)[];
}

/** Told how long after a message came its customer's scores were stored, and everything that follows was written to the CRMs. */
export type OnLiveDelay = (stage: 'scored' | 'written', seconds: readonly number[]) => void;
