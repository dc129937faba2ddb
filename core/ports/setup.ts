import type { Scope } from './grants.ts';
import type { Job } from './jobs.ts';
import type { TrafficState } from './traffic.ts';

/** The steps from a configured workspace to one that writes, in their order. */
export const SETUP_STEPS = ['connect', 'check', 'map', 'plan', 'provision', 'first-load', 'shadow', 'turn-on'] as const;

/** How far a step is. `again`: it was done, and something before it has changed since. */
export type SetupStepState = 'open' | 'running' | 'done' | 'problem' | 'again';

/** One step, and what it found in a sentence; null before there is something to say. */
export interface SetupStep {
  step: (typeof SETUP_STEPS)[number];
  state: SetupStepState;
  found: string | null;
}

/** A connection as it is set up. */
export interface SetupConnection {
  connectionId: string;
  vendor: string;
  /** `sign-in`: an admin approves it in a browser; `key`: its keys are in the environment. */
  access: 'sign-in' | 'key';
  /** What a sign-in asks for, and why. */
  scopes: readonly Scope[];
  /** The account that was approved; null where none was, and for keys. */
  account: string | null;
  /** Why it must be connected again; null while it is good. */
  notice: string | null;
  /** Whether what is read of it can be chosen. */
  canMap: boolean;
  /** Whether fields of ours are created there. */
  hasFields: boolean;
  /** Counts the changes of its mapping; null before one was kept. */
  mappingVersion: number | null;
}

/** How a workspace is set up, and what is left to do. */
export interface SetupState {
  steps: readonly SetupStep[];
  connections: readonly SetupConnection[];
  paused: TrafficState['paused'];
  /** The latest jobs of each kind, connection and dry run. */
  jobs: readonly Job[];
}

/** The way from a configured workspace to one that writes. */
export interface Setup {
  state(): Promise<SetupState>;
}
