import { germanNames } from './names-german.ts';
import type { RecordWords } from './record-words.ts';

const GERMAN = germanNames.scores;

/** What a record says, in German. */
export const recordGerman: RecordWords = {
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
