/** Made of core/scores/record-view.ts and core/scores/words by "npm run build:salesforce-package". Change nothing here. */
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
];

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
export function recordView(facts, showing, { erased }) {
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

function nothing(state, title, why) {
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

function noticeOf(asOf, prospect, { words, locale, today, from }) {
  const days = Math.round((Date.parse(today) - Date.parse(asOf)) / DAY_MS);
  if (days > STALE_AFTER_DAYS) {
    return from === 'store'
      ? { text: words.notices.stale(numberText(days, 0, locale)), tone: 'warning' }
      : { text: words.notices.unmoved(dayText(asOf, locale)), tone: 'neutral' };
  }
  return prospect ? { text: words.notices.prospect, tone: 'neutral' } : null;
}

function reasonsOf(facts, words) {
  const sentences = linesOf(facts.reasons).slice(0, MOST_REASONS);
  return sentences.length === 0 ? null : { label: words.why, sentences };
}

const BAND_TONES = { high: 'bad', medium: 'warning', low: 'good' };

function bandOf(facts, words) {
  const text = wordOf(words.churnBands, facts.churn_band);
  if (text === null) return null;
  return {
    text,
    detail: wordOf(words.valueBands, facts.value_band),
    tone: BAND_TONES[String(facts.churn_band)] ?? 'neutral',
  };
}

function valueLine(facts, { words, locale }) {
  const value = numberOf(facts.clv_12m);
  if (value === null) return null;
  const low = numberOf(facts.clv_12m_low);
  const high = numberOf(facts.clv_12m_high);
  const money = (amount) => moneyText(amount, facts.currency, locale);
  return {
    id: 'value',
    label: words.value.label,
    text: money(value),
    detail: low === null || high === null ? null : words.value.interval(money(low), money(high)),
    tone: 'neutral',
  };
}

function riskLine(facts, { words, locale }) {
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

const TREND_TONES = { rising: 'good', falling: 'bad' };

function engagementLine(facts, { words, locale }) {
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

function qualityLine(facts, { words, locale }) {
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
function isEmpty(value) {
  return value === undefined || value === null || value === '';
}

/** HubSpot gives numbers as text. */
function numberOf(value) {
  if (isEmpty(value)) return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function linesOf(text) {
  if (isEmpty(text)) return [];
  return String(text)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function wordOf(words, value) {
  return isEmpty(value) ? null : (words[String(value)] ?? null);
}

/** Whole points; a risk that is not nothing, or not certain, does not read as if it were. */
function pointsText(points, locale) {
  if (points > 0 && points < 1) return `<${numberText(1, 0, locale)}`;
  if (points > 99 && points < 100) return `>${numberText(99, 0, locale)}`;
  return numberText(points, 0, locale);
}

/** Cents matter below a hundred. The code, not the sign: "$" is the currency of many. */
function moneyText(amount, currency, locale) {
  const decimals = Math.abs(amount) >= 100 || Number.isInteger(amount) ? 0 : 2;
  const text = numberText(amount, decimals, locale);
  return isEmpty(currency) ? text : `${text} ${currency}`;
}

function numberText(value, decimals, locale) {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: 'negative',
  }).format(value);
}

function dayText(day, locale) {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
/** What things are called, in English. */
export const englishNames = {
  scores: {
    clv12m: { label: 'Expected value', unit: 'next 12 months', direction: 'higher is better' },
    valueIfKept12m: { label: 'Value if kept', unit: 'next 12 months', direction: 'higher is better' },
    valueAtRisk: { label: 'Value at risk', unit: 'next 12 months', direction: 'lower is better' },
    churnProbability: { label: 'Churn risk', unit: '0–100 %', direction: '100 = most likely to leave' },
    engagement: { label: 'Engagement', unit: '0–100', direction: '100 = most engaged' },
    priority: { label: 'Priority', unit: '0–100', direction: '100 = look at first' },
    dataQuality: { label: 'Data quality', unit: '0–100', direction: '100 = best' },
  },
  bands: { high: 'High', medium: 'Medium', low: 'Low', lapsed: 'Lapsed' },
  lifecycles: { prospect: 'Prospect (never bought)', active: 'Active', lapsed: 'Lapsed (silent for long)' },
  trends: { rising: 'Rising', steady: 'Steady', falling: 'Falling' },
  segments: {
    champions: 'Champions',
    loyal: 'Loyal',
    'potential-loyalists': 'Potential loyalists',
    new: 'New',
    promising: 'Promising',
    'needs-attention': 'Needs attention',
    'about-to-sleep': 'About to sleep',
    'at-risk': 'At risk',
    'cannot-lose': 'Cannot lose them',
    hibernating: 'Hibernating',
    lost: 'Lost',
  },
  groups: {
    silence: 'Silence and rhythm',
    frequency: 'Number of orders',
    tenure: 'Time as a customer',
    spend: 'Spend per order',
    engagement: 'Engagement',
    support: 'Support cases',
    contract: 'Contract',
  },
  interval: (low, high) => `At least 8 of 10 customers like this one bring between ${low} and ${high}.`,
};
const ENGLISH = englishNames.scores;

/** What a record says, in English. */
export const recordEnglish = {
  title: 'Customer scores',
  churnBands: {
    high: 'High risk of leaving',
    medium: 'Medium risk of leaving',
    low: 'Low risk of leaving',
    lapsed: englishNames.bands.lapsed,
  },
  valueBands: { high: 'high value', medium: 'medium value', low: 'low value' },
  value: {
    label: `${ENGLISH.clv12m.label}, ${ENGLISH.clv12m.unit}`,
    interval: englishNames.interval,
  },
  risk: {
    label: `${ENGLISH.churnProbability.label}, ${ENGLISH.churnProbability.direction}`,
    points: (points) => `${points} of 100`,
    horizon: (percent, days) => `${percent} likely to leave within ${days} days.`,
    lapsed: 'Silent for so long that it counts as gone: win back instead of save.',
  },
  engagement: {
    label: `${ENGLISH.engagement.label}, ${ENGLISH.engagement.direction}`,
    points: (points) => `${points} of 100`,
  },
  quality: {
    label: `${ENGLISH.dataQuality.label}, ${ENGLISH.dataQuality.direction}`,
    points: (points) => `${points} of 100`,
    some: 'Based on some data.',
    little: 'Based on little or doubtful data.',
  },
  trends: englishNames.trends,
  why: 'Why',
  change: 'What changed',
  nextAction: { label: 'Next action', due: (day) => `by ${day}` },
  asOf: 'Scored as of',
  failed: 'The scores could not be read. Reload the page.',
  notices: {
    missing: 'No scores yet: they come with the next run after this record was read.',
    missingOrErased: 'No scores on this record: it was not scored yet, or was erased on request.',
    erased: 'The data of this person were erased on request. Nothing is scored.',
    hidden: 'You may not see the scores of this record. Ask your admin for the permission set Staypower Viewer.',
    prospect: 'No purchase yet: value and risk come with the first one.',
    stale: (days) => `These scores are ${days} days old: ask your admin whether the scoring runs.`,
    unmoved: (day) => `Nothing moved by enough to be written since ${day}.`,
  },
  feedback: {
    question: 'Is this useful?',
    useful: 'Useful',
    wrong: 'Wrong',
    note: 'What is wrong about it?',
    send: 'Send',
    thanks: 'Thank you. It is kept with the score.',
  },
};
/** What things are called, in German. */
export const germanNames = {
  scores: {
    clv12m: { label: 'Erwarteter Wert', unit: 'nächste 12 Monate', direction: 'höher ist besser' },
    valueIfKept12m: { label: 'Wert, wenn gehalten', unit: 'nächste 12 Monate', direction: 'höher ist besser' },
    valueAtRisk: { label: 'Gefährdeter Wert', unit: 'nächste 12 Monate', direction: 'niedriger ist besser' },
    churnProbability: { label: 'Abwanderungsrisiko', unit: '0–100 %', direction: '100 = geht am ehesten' },
    engagement: { label: 'Engagement', unit: '0–100', direction: '100 = am aktivsten' },
    priority: { label: 'Dringlichkeit', unit: '0–100', direction: '100 = zuerst ansehen' },
    dataQuality: { label: 'Datenqualität', unit: '0–100', direction: '100 = am besten' },
  },
  bands: { high: 'Hoch', medium: 'Mittel', low: 'Gering', lapsed: 'Abgewandert' },
  lifecycles: { prospect: 'Interessent (hat nie gekauft)', active: 'Aktiv', lapsed: 'Abgewandert (lange still)' },
  trends: { rising: 'Steigend', steady: 'Gleichbleibend', falling: 'Fallend' },
  segments: {
    champions: 'Beste Kunden',
    loyal: 'Treue Kunden',
    'potential-loyalists': 'Mögliche Stammkunden',
    new: 'Neue Kunden',
    promising: 'Vielversprechende',
    'needs-attention': 'Brauchen Aufmerksamkeit',
    'about-to-sleep': 'Schlafen bald ein',
    'at-risk': 'Gefährdete',
    'cannot-lose': 'Unverzichtbare',
    hibernating: 'Ruhende',
    lost: 'Verlorene',
  },
  groups: {
    silence: 'Stille und Rhythmus',
    frequency: 'Zahl der Bestellungen',
    tenure: 'Zeit als Kunde',
    spend: 'Ausgaben je Bestellung',
    engagement: 'Engagement',
    support: 'Supportfälle',
    contract: 'Vertrag',
  },
  interval: (low, high) => `Mindestens 8 von 10 Kunden wie dieser bringen zwischen ${low} und ${high}.`,
};
const GERMAN = germanNames.scores;

/** What a record says, in German. */
export const recordGerman = {
  title: 'Kundenwerte',
  churnBands: {
    high: 'Hohes Abwanderungsrisiko',
    medium: 'Mittleres Abwanderungsrisiko',
    low: 'Geringes Abwanderungsrisiko',
    lapsed: germanNames.bands.lapsed,
  },
  valueBands: { high: 'hoher Wert', medium: 'mittlerer Wert', low: 'geringer Wert' },
  value: {
    label: `${GERMAN.clv12m.label}, ${GERMAN.clv12m.unit}`,
    interval: germanNames.interval,
  },
  risk: {
    label: `${GERMAN.churnProbability.label}, ${GERMAN.churnProbability.direction}`,
    points: (points) => `${points} von 100`,
    horizon: (percent, days) => `Geht mit ${percent} Wahrscheinlichkeit innerhalb von ${days} Tagen.`,
    lapsed: 'So lange still, dass er als gegangen gilt: zurückgewinnen statt halten.',
  },
  engagement: {
    label: `${GERMAN.engagement.label}, ${GERMAN.engagement.direction}`,
    points: (points) => `${points} von 100`,
  },
  quality: {
    label: `${GERMAN.dataQuality.label}, ${GERMAN.dataQuality.direction}`,
    points: (points) => `${points} von 100`,
    some: 'Beruht auf einigen Daten.',
    little: 'Beruht auf wenigen oder zweifelhaften Daten.',
  },
  trends: germanNames.trends,
  why: 'Warum',
  change: 'Was sich geändert hat',
  nextAction: { label: 'Nächster Schritt', due: (day) => `bis ${day}` },
  asOf: 'Bewertet zum',
  failed: 'Die Bewertung konnte nicht gelesen werden. Laden Sie die Seite neu.',
  notices: {
    missing: 'Noch keine Bewertung: sie kommt mit dem nächsten Lauf, nachdem der Datensatz gelesen wurde.',
    missingOrErased: 'Keine Bewertung auf diesem Datensatz: noch nicht bewertet, oder auf Wunsch gelöscht.',
    erased: 'Die Daten dieser Person wurden auf Wunsch gelöscht. Nichts wird bewertet.',
    hidden:
      'Die Bewertung dieses Datensatzes ist für Sie nicht sichtbar. Bitten Sie um den Berechtigungssatz Staypower Viewer.',
    prospect: 'Noch kein Kauf: Wert und Risiko kommen mit dem ersten.',
    stale: (days) => `Diese Bewertung ist ${days} Tage alt: fragen Sie nach, ob die Bewertung läuft.`,
    unmoved: (day) => `Seit ${day} hat sich nichts so weit bewegt, dass es geschrieben würde.`,
  },
  feedback: {
    question: 'Ist das nützlich?',
    useful: 'Nützlich',
    wrong: 'Falsch',
    note: 'Was ist daran falsch?',
    send: 'Senden',
    thanks: 'Danke. Es wird bei der Bewertung aufbewahrt.',
  },
};
/** API names of the fields that a record shows. */
export const FIELD_NAMES = {
  clv_12m: 'Staypower_Clv_12m__c',
  clv_12m_low: 'Staypower_Clv_12m_Low__c',
  clv_12m_high: 'Staypower_Clv_12m_High__c',
  currency: 'Staypower_Currency__c',
  churn_probability: 'Staypower_Churn_Probability__c',
  churn_horizon_days: 'Staypower_Churn_Horizon_Days__c',
  churn_band: 'Staypower_Churn_Band__c',
  value_band: 'Staypower_Value_Band__c',
  engagement: 'Staypower_Engagement__c',
  engagement_trend: 'Staypower_Engagement_Trend__c',
  data_quality: 'Staypower_Data_Quality__c',
  reasons: 'Staypower_Reasons__c',
  change: 'Staypower_Change__c',
  next_action: 'Staypower_Next_Action__c',
  next_action_at: 'Staypower_Next_Action_At__c',
  scored_at: 'Staypower_Scored_At__c',
};
/** Words in the language of a reader ("de", "en-GB"); English where there are none in it. */
export function wordsOf(language) {
  return language.startsWith('de') ? recordGerman : recordEnglish;
}
