/** What came of asking for a save task. */
export type SaveTaskOutcome =
  /** It will be opened at once, or was asked for before by the same key. */
  | 'queued'
  /** The customer has an open one, or had one within the cool-down. */
  | 'recent'
  /** The customer is held out, so that what a playbook does can be measured. */
  | 'held-out'
  | 'no-consent'
  /** Nobody is scored under this record. */
  | 'no-score';

/** Save tasks that somebody asks for, beside those that playbooks open by themselves. */
export interface SaveTasks {
  /** @param requestKey the asker's own id of the request: a second one with it opens nothing */
  open(request: { connectionId: string; externalId: string; requestKey: string }): Promise<SaveTaskOutcome>;
}
