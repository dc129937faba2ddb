import type { CalendarDay } from '../domain/calendar-day.ts';
import type { Comparison } from '../learning/compare-models.ts';
import type { Decision } from '../learning/decide.ts';
import type { Shadow } from '../learning/shadow.ts';
import type { ModelCards } from './model-cards.ts';

/** How a challenger did beside the champion of its day. */
export interface Verdict extends Decision {
  champion: string;
  window: { from: CalendarDay; to: CalendarDay };
  comparisons: readonly Comparison[];
  /** What promotion would change on records; null where nobody's were looked at: a correction keeps their order. */
  shadow: Shadow | null;
  judgedAt: string;
}

/** One model of the registry. */
export interface RegisteredModel {
  version: string;
  /** `champion` makes the scores of today; `former` did; a `challenger` never did; `withdrawn` was taken back. */
  role: 'champion' | 'former' | 'challenger' | 'withdrawn';
  asOf: CalendarDay;
  trainedAt: string;
  /** Equal for equal facts. */
  dataHash: string;
  /** False for a model of an earlier format: it is on record, and cannot score any more. */
  usable: boolean;
  verdict: Verdict | null;
}

/** A change of champion. */
export interface Promotion {
  at: string;
  version: string;
  previous: string | null;
  by: 'trained' | 'challenge' | 'promote' | 'rollback';
}

/** The models on record, and who of them makes the scores. */
export interface ModelRegistry {
  /** Models and promotions, both the newest first. */
  list(): Promise<{ models: readonly RegisteredModel[]; promotions: readonly Promotion[] }>;
  /** One model's card; null for a version that is not there, or of an earlier format. */
  card(version: string): Promise<ModelCards | null>;
  /** Makes a model the champion, whatever its verdict. Audited under `by`. Throws DataError for one that cannot score. */
  promote(version: string, given: { by: string }): Promise<Promotion>;
  /** Takes the champion back: the one before it scores again. Audited under `by`. Throws DataError when there was none. */
  rollBack(given: { by: string }): Promise<Promotion>;
}
