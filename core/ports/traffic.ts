import type { CallUsage } from '../domain/call-usage.ts';

/** One connection of the workspace, as far as the store knows of it. */
export interface ConnectionTraffic {
  connectionId: string;
  vendor: string;
  /** `sign-in`: an admin approves it in a browser; `key`: its keys are in the environment. */
  access: 'sign-in' | 'key';
  /** What the vendor last said of its calls of the day, and when they run out if they go on so (null: they last); null where it says nothing. */
  calls: (CallUsage & { runsOutAt: string | null }) | null;
  /** Records of it in quarantine. */
  quarantined: number;
}

/** Why nothing leaves the workspace. */
export interface PauseState {
  reason: string;
  /** Who set it: a person by name, else as the audit log names them. */
  by: string;
  since: string;
  /** Set while the workspace was never turned on; before its first load nothing is read by itself either. */
  held: 'before-first-load' | 'in-shadow' | null;
}

/** What comes from the CRMs and goes to them, how far behind it is, and whether anything may leave. */
export interface TrafficState {
  /** Null: the workspace writes and acts. */
  paused: PauseState | null;
  /** Messages that nobody has read, and deliveries that nobody has taken apart. */
  inboxWaiting: number;
  /** How long the oldest waiting message has waited; 0 when none waits. */
  inboxLagSeconds: number;
  /** Fields and actions on their way. */
  outboxWaiting: number;
  quarantined: number;
  connections: readonly ConnectionTraffic[];
}

/** A record that could not be read or written, and what to do about it. */
export interface QuarantineEntry {
  connectionId: string;
  stage: 'pull' | 'identify' | 'write' | 'act' | 'inbox';
  kind: string;
  externalId: string;
  code: string;
  message: string;
  remedy: string;
  firstAt: string;
  lastAt: string;
}

/** The way of records to and from the CRMs, for those who keep it going. Changes are in the audit log under `by`. */
export interface Traffic {
  state(): Promise<TrafficState>;
  /** The newest first. */
  quarantine(options: { limit: number }): Promise<readonly QuarantineEntry[]>;
  /** Puts what can be tried again back on its way; returns how many. */
  replay(given: { by: string }): Promise<number>;
  /** Stops everything that leaves, in every process. A second pause replaces the first. */
  pause(given: { reason: string; by: string }): Promise<void>;
  /** False when there was no pause. */
  resume(given: { by: string }): Promise<boolean>;
}
