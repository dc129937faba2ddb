import { englishNames } from './names-english.ts';
import type { RecordWords } from './record-words.ts';

const ENGLISH = englishNames.scores;

/** What a record says, in English. */
export const recordEnglish: RecordWords = {
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
