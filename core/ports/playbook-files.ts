import type { Playbook } from '../playbooks/schema.ts';

/** Something that keeps a playbook from being used. */
export interface PlaybookProblem {
  /** Of the text, from 1; null where none can be named. */
  line: number | null;
  /** Keys down to the place, e.g. "when.churnBand.0"; "" for the text as a whole. */
  path: string;
  expected: string;
  found: string | null;
  remedy: string;
}

/** What a playbook's text comes to. */
export interface CheckedPlaybook {
  /** With its defaults; null where its form is wrong. It can be used when there are no problems. */
  playbook: Playbook | null;
  problems: readonly PlaybookProblem[];
  /** The rule in words; empty without a playbook. */
  rule: readonly string[];
}

/** A playbook as its author wrote it. */
export interface PlaybookText {
  name: string;
  description: string;
  enabled: boolean;
  /** YAML. */
  text: string;
}

/** The playbooks of the configuration file as they stand. */
export interface PlaybookFile {
  /** Says which state of the file this is: to be shown again by who changes it. Null where there is no file to change. */
  revision: string | null;
  playbooks: readonly PlaybookText[];
  /** Those that come with the product. */
  shipped: readonly PlaybookText[];
}

/** Reads and changes the playbooks of the configuration file. Every change is in the audit log under the name of `by`. */
export interface PlaybookFiles {
  read(): Promise<PlaybookFile>;
  check(text: string): Promise<CheckedPlaybook>;
  /**
   * Puts a playbook in the place of the one of its name, else at the end. Returns the new revision.
   *
   * @throws DataError for a text that cannot be used; ConfigError without a file, or when the file is not at `revision` any more
   */
  save(given: { text: string; revision: string; by: string }): Promise<{ revision: string; name: string }>;
  /** Switches one on or off. Throws as `save` does. */
  switch(given: { name: string; enabled: boolean; revision: string; by: string }): Promise<{ revision: string }>;
  /** Takes one out; its runs stay, so that its effect can still be told. Throws as `save` does. */
  remove(given: { name: string; revision: string; by: string }): Promise<{ revision: string }>;
}
