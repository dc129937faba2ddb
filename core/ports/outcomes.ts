import type { CalendarDay } from '../domain/calendar-day.ts';

/** An answer to "how likely are you to recommend us". */
export interface NpsAnswer {
  /** Customer id, e-mail address or external id. */
  customer: string;
  answeredOn: CalendarDay;
  /** A whole number, 0 (not at all) to 10. */
  score: number;
}

/** What others know of customers after a score was made, by which playbooks are measured. */
export interface Outcomes {
  /**
   * Keeps answers; a customer's second answer of a day replaces the first.
   *
   * @returns how many answers were kept, and which (0-based) were not, as their customer is not known
   */
  keepNps(answers: readonly NpsAnswer[]): Promise<{ kept: number; unknown: readonly number[] }>;
}
