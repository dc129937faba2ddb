import type { RecordWords, Tone } from './words/record-words.ts';

/** The score fields that a record shows, by their names in `fields.ts`; an account carries some of them. */
export const RECORD_FACTS = [
  'clv_12m',
  'clv_12m_low',
  'clv_12m_high',
  'currency',
  'churn_probability',
  'churn_horizon_days',
  'churn_band',
  'value_band',
  'engagement',
  'engagement_trend',
  'data_quality',
  'reasons',
  'change',
  'next_action',
  'next_action_at',
  'scored_at',
] as const;

/** One of them. */
export type RecordFact = (typeof RECORD_FACTS)[number];

/**
 * Values as the fields have them: churn risk 0..100, days as "YYYY-MM-DD", reasons a line each. Null is an empty field; what the reader may
 * not see, or the record does not carry, is absent.
 */
export type RecordFacts = Readonly<Partial<Record<RecordFact, number | string | null>>>;

/** What a card, a component or a page shows of a record, ready to be drawn: every text is said, every tone decided. */
export interface RecordView {
  state: 'scored' | 'prospect' | 'missing' | 'erased' | 'hidden';
  title: string;
  /** Why there is nothing to see, or not all, or that it is old; null when there is nothing to say. */
  notice: { text: string; tone: Tone } | null;
  /** The churn risk in a word; the value band beside it. */
  band: { text: string; detail: string | null; tone: Tone } | null;
  /** Value, risk and engagement, as far as there are any; and the data quality where it is low. */
  lines: readonly RecordLine[];
  /** At most three sentences, most important first. */
  reasons: { label: string; sentences: readonly string[] } | null;
  change: { label: string; text: string } | null;
  nextAction: { label: string; text: string; due: string | null } | null;
  asOf: { label: string; text: string } | null;
  /** Null where there is no score to have an opinion on. */
  feedback: RecordWords['feedback'] | null;
}

/** One number with its unit and direction. */
export interface RecordLine {
  id: 'value' | 'risk' | 'engagement' | 'quality';
  label: string;
  text: string;
  /** Interval, horizon or trend. */
  detail: string | null;
  tone: Tone;
}

/** Where and for whom a record is shown. */
export interface Showing {
  words: RecordWords;
  /** BCP 47; how numbers and days are written. */
  locale: string;
  /** "YYYY-MM-DD" */
  today: string;
  /** `store`: scores as they are. `record`: fields in a CRM, which are written only when a score has moved. */
  from: 'store' | 'record';
}

/** Whoever is scored is looked at again after 14 days at the latest; three more are granted to a server that was away. */
const STALE_AFTER_DAYS = 17;
const MOST_REASONS = 3;
const DAY_MS = 86_400_000;

/**
 * Turns the score fields of a record into what is shown of them. The one place that decides wording, units and direction: the HubSpot card,
 * the console and the Salesforce component all draw what this gives, with what `words/names.ts` calls things. The component carries a copy,
 * made by `npm run build:salesforce-package`; therefore there is no import here but of types.
 *
 * @param erased whether the person was erased on request; a CRM's fields alone cannot tell it from "not scored yet"
 */
export function recordView(facts: RecordFacts, showing: Showing, { erased }: { erased: boolean }): RecordView {
  const { words } = showing;
  if (erased) return nothing('erased', words.title, words.notices.erased);
  if (facts.scored_at === undefined) return nothing('hidden', words.title, words.notices.hidden);
  if (isEmpty(facts.scored_at)) {
    const { missing, missingOrErased } = words.notices;
    return nothing('missing', words.title, showing.from === 'record' ? missingOrErased : missing);
  }
  const asOf = String(facts.scored_at);
  const prospect = facts.clv_12m === null && isEmpty(facts.churn_probability) && isEmpty(facts.churn_band);
  return {
    state: prospect ? 'prospect' : 'scored',
    title: words.title,
    notice: noticeOf(asOf, prospect, showing),
    band: bandOf(facts, words),
    lines: [
      valueLine(facts, showing),
      riskLine(facts, showing),
      engagementLine(facts, showing),
      qualityLine(facts, showing),
    ].filter((line) => line !== null),
    reasons: reasonsOf(facts, words),
    change: isEmpty(facts.change) ? null : { label: words.change, text: String(facts.change) },
    nextAction: isEmpty(facts.next_action)
      ? null
      : {
          label: words.nextAction.label,
          text: String(facts.next_action),
          due: isEmpty(facts.next_action_at)
            ? null
            : words.nextAction.due(dayText(String(facts.next_action_at), showing.locale)),
        },
    asOf: { label: words.asOf, text: dayText(asOf, showing.locale) },
    feedback: words.feedback,
  };
}

function nothing(state: 'missing' | 'erased' | 'hidden', title: string, why: string): RecordView {
  return {
    state,
    title,
    notice: { text: why, tone: 'neutral' },
    band: null,
    lines: [],
    reasons: null,
    change: null,
    nextAction: null,
    asOf: null,
    feedback: null,
  };
}

function noticeOf(asOf: string, prospect: boolean, { words, locale, today, from }: Showing): RecordView['notice'] {
  const days = Math.round((Date.parse(today) - Date.parse(asOf)) / DAY_MS);
  if (days > STALE_AFTER_DAYS) {
    return from === 'store'
      ? { text: words.notices.stale(numberText(days, 0, locale)), tone: 'warning' }
      : { text: words.notices.unmoved(dayText(asOf, locale)), tone: 'neutral' };
  }
  return prospect ? { text: words.notices.prospect, tone: 'neutral' } : null;
}

function reasonsOf(facts: RecordFacts, words: RecordWords): RecordView['reasons'] {
  const sentences = linesOf(facts.reasons).slice(0, MOST_REASONS);
  return sentences.length === 0 ? null : { label: words.why, sentences };
}

const BAND_TONES: Readonly<Record<string, Tone>> = { high: 'bad', medium: 'warning', low: 'good' };

function bandOf(facts: RecordFacts, words: RecordWords): RecordView['band'] {
  const text = wordOf(words.churnBands, facts.churn_band);
  if (text === null) return null;
  return {
    text,
    detail: wordOf(words.valueBands, facts.value_band),
    tone: BAND_TONES[String(facts.churn_band)] ?? 'neutral',
  };
}

function valueLine(facts: RecordFacts, { words, locale }: Showing): RecordLine | null {
  const value = numberOf(facts.clv_12m);
  if (value === null) return null;
  const low = numberOf(facts.clv_12m_low);
  const high = numberOf(facts.clv_12m_high);
  const money = (amount: number) => moneyText(amount, facts.currency, locale);
  return {
    id: 'value',
    label: words.value.label,
    text: money(value),
    detail: low === null || high === null ? null : words.value.interval(money(low), money(high)),
    tone: 'neutral',
  };
}

function riskLine(facts: RecordFacts, { words, locale }: Showing): RecordLine | null {
  const points = numberOf(facts.churn_probability);
  if (points === null) return null;
  const days = numberOf(facts.churn_horizon_days);
  const text = pointsText(points, locale);
  const lapsed = facts.churn_band === 'lapsed';
  const horizon = days === null ? null : words.risk.horizon(`${text} %`, numberText(days, 0, locale));
  return {
    id: 'risk',
    label: words.risk.label,
    text: words.risk.points(text),
    detail: lapsed ? words.risk.lapsed : horizon,
    tone: BAND_TONES[String(facts.churn_band)] ?? 'neutral',
  };
}

const TREND_TONES: Readonly<Record<string, Tone>> = { rising: 'good', falling: 'bad' };

function engagementLine(facts: RecordFacts, { words, locale }: Showing): RecordLine | null {
  const points = numberOf(facts.engagement);
  if (points === null) return null;
  return {
    id: 'engagement',
    label: words.engagement.label,
    text: words.engagement.points(numberText(points, 0, locale)),
    detail: wordOf(words.trends, facts.engagement_trend),
    tone: TREND_TONES[String(facts.engagement_trend)] ?? 'neutral',
  };
}

/** Below these the data are told to be some, or little: good data need no word. */
const SOME_DATA_BELOW = 80;
const LITTLE_DATA_BELOW = 60;

function qualityLine(facts: RecordFacts, { words, locale }: Showing): RecordLine | null {
  const points = numberOf(facts.data_quality);
  if (points === null || points >= SOME_DATA_BELOW) return null;
  const little = points < LITTLE_DATA_BELOW;
  return {
    id: 'quality',
    label: words.quality.label,
    text: words.quality.points(numberText(points, 0, locale)),
    detail: little ? words.quality.little : words.quality.some,
    tone: little ? 'warning' : 'neutral',
  };
}

/** 0 is a value; "" is what HubSpot calls an empty property. */
function isEmpty(value: number | string | null | undefined): value is null | undefined | '' {
  return value === undefined || value === null || value === '';
}

/** HubSpot gives numbers as text. */
function numberOf(value: number | string | null | undefined): number | null {
  if (isEmpty(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function linesOf(text: number | string | null | undefined): readonly string[] {
  if (isEmpty(text)) return [];
  return String(text)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function wordOf(words: Readonly<Record<string, string>>, value: number | string | null | undefined): string | null {
  return isEmpty(value) ? null : (words[String(value)] ?? null);
}

/** Whole points; a risk that is not nothing, or not certain, does not read as if it were. */
function pointsText(points: number, locale: string): string {
  if (points > 0 && points < 1) return `<${numberText(1, 0, locale)}`;
  if (points > 99 && points < 100) return `>${numberText(99, 0, locale)}`;
  return numberText(points, 0, locale);
}

/** Cents matter below a hundred. The code, not the sign: "$" is the currency of many. */
function moneyText(amount: number, currency: number | string | null | undefined, locale: string): string {
  const decimals = Math.abs(amount) >= 100 || Number.isInteger(amount) ? 0 : 2;
  const text = numberText(amount, decimals, locale);
  return isEmpty(currency) ? text : `${text} ${currency}`;
}

function numberText(value: number, decimals: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: 'negative',
  }).format(value);
}

function dayText(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
