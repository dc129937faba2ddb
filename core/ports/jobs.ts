import type { MappingReport } from '../mapping/report.ts';
import type { BookReadiness } from '../pipeline/book-readiness.ts';
import type { CheckedConnection } from '../pipeline/check-connections.ts';
import type { ProvisionedConnection } from '../pipeline/provision.ts';
import type { UndoSummary } from '../pipeline/undo-summary.ts';
import type { UninstallReport } from '../pipeline/uninstall-report.ts';

/** Long work that can be asked for. What has a `dryRun` looks first and changes nothing. */
export type JobRequest =
  /** Whether each connection works. */
  | { kind: 'check' }
  /** What a connection has, and what of it is read. */
  | { kind: 'look'; connectionId: string }
  /** Chooses what is read: `changes` as in `staypower map --set`, none to keep it as it is. */
  | { kind: 'map'; connectionId: string; changes: readonly string[] }
  /** Creates the fields of ours at all vendors. */
  | { kind: 'provision'; dryRun: boolean }
  /** Reads everything and scores it. Nothing leaves. */
  | { kind: 'first-load' }
  /** Takes back a write run; null is the last one that stands. */
  | { kind: 'undo'; runId: number | null; dryRun: boolean }
  /** Takes what is ours out of a vendor. */
  | { kind: 'unprovision'; connectionId: string; dryRun: boolean }
  /** Removes a person for good. */
  | { kind: 'erase'; customerId: string };

/** What work is called. */
export type JobKind = JobRequest['kind'];

/** What work found or did. Nothing in it tells who a person is: it stays when they are erased. */
export interface JobResults {
  check: { connections: readonly CheckedConnection[] };
  look: MappingReport;
  /** `version` counts the changes of a connection's mapping; `readAgain` names streams that the next load reads anew. */
  map: { report: MappingReport; version: number; readAgain: readonly string[] };
  provision: { connections: readonly ProvisionedConnection[] };
  'first-load': FirstLoad;
  undo: UndoSummary;
  unprovision: UninstallReport;
  /** `isComplete` is false while a vendor has not confirmed that our fields are cleared; then there is no receipt yet. */
  erase: { erasureId: string; isComplete: boolean };
}

/** What a first load brought. */
export interface FirstLoad {
  /** Records new or changed, and all that wait in quarantine. */
  pulled: number;
  rejected: number;
  customers: number;
  /** Customers with a score. */
  scored: number;
  /** Connections that could not be reached, and why. */
  unavailable: readonly { connectionId: string; message: string }[];
  /** What the book can carry; null without a purchase. */
  readiness: BookReadiness | null;
}

/** How far work is. `total` is null where it is not known. */
export interface JobProgress {
  step: string;
  detail: string;
  done: number;
  total: number | null;
}

/** Why work failed, and what to do. */
export interface JobProblem {
  message: string;
  remedy: string;
}

interface JobOf<Kind extends JobKind> {
  jobId: number;
  kind: Kind;
  connectionId: string | null;
  dryRun: boolean;
  state: 'waiting' | 'running' | 'done' | 'failed';
  progress: JobProgress | null;
  result: JobResults[Kind] | null;
  problem: JobProblem | null;
  /** As the audit log names them. */
  requestedBy: string;
  /** ISO 8601. */
  requestedAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** A piece of long work. */
export type Job = { [Kind in JobKind]: JobOf<Kind> }[JobKind];

/** Long work of a workspace: asked for here, done by whatever process works, one at a time. */
export interface Jobs {
  /** Asks for it; what would change something is in the audit log under `by`. The same work that still waits is not asked for twice. */
  start(request: JobRequest, given: { by: string }): Promise<Job>;
  /** The latest of each kind, connection and dry run, the newest first. */
  latest(): Promise<readonly Job[]>;
  /** Null when there is no such job. */
  get(jobId: number): Promise<Job | null>;
  /** Calls `wake` whenever a job was asked for, goes on or ended, in any process. Resolves to the way to stop. */
  listen(wake: () => void): Promise<() => Promise<void>>;
}
