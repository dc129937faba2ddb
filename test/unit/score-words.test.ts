import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { QUESTIONS } from '../../core/scores/overview.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import { FACTORS } from '../../core/scores/train-drivers.ts';
import { LANGUAGES, type Statement, say, sentencesOf } from '../../core/scores/words/index.ts';
import { SEGMENTS } from '../../core/segments/segment-names.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const STATEMENTS: readonly Statement[] = [
  { says: 'no-second-order', days: 1 },
  { says: 'overdue', days: 94, usualDays: 30.2 },
  { says: 'last-order', days: 12, usualDays: 0.4 },
  { says: 'order-days', count: 1 },
  { says: 'order-days', count: 7 },
  { says: 'customer-for', days: 45 },
  { says: 'customer-for', days: 400 },
  { says: 'customer-for', days: 1_100 },
  { says: 'usual-spend', amount: 59.6, currency: 'EUR' },
  { says: 'no-usual-spend' },
  { says: 'no-order-yet' },
  { says: 'quiet' },
  { says: 'active' },
  { says: 'support', lately: true },
  { says: 'support', lately: false },
  { says: 'streak', weeks: 6 },
  { says: 'activity-drop', days: 1, usualDays: 8.7 },
  { says: 'activity-trend', trend: 'rising' },
  { says: 'activity-trend', trend: 'falling' },
  { says: 'clockwork', everyDays: 14.2 },
  { says: 'risk', direction: 'raises' },
  { says: 'risk', direction: 'lowers' },
  { says: 'next-year', expected: 120.4, oneInTenAbove: 400, likelyNothing: false, currency: 'EUR' },
  { says: 'next-year', expected: 12, oneInTenAbove: 40, likelyNothing: true, currency: 'EUR' },
  { says: 'next-year', expected: 12, oneInTenAbove: null, likelyNothing: true, currency: 'EUR' },
  {
    says: 'moved',
    what: 'churn',
    by: 5,
    currency: 'EUR',
    parts: [
      { why: 'time', by: 6 },
      { why: 'inputs', by: -1 },
    ],
  },
  { says: 'moved', what: 'value', by: -20, currency: 'EUR', parts: [{ why: 'model', by: -20 }] },
  { says: 'would-change', acts: ['meeting'], from: 0.62, to: 0.41 },
  { says: 'would-change', acts: ['order', 'meeting', 'reply'], from: 0.62, to: 0.2 },
  { says: 'would-rank', rank: 12, criterion: 'churn' },
  { says: 'would-rank', rank: 22, criterion: 'valueAtRisk' },
  { says: 'cluster', traits: [] },
  {
    says: 'cluster',
    traits: [
      { behaviour: 'silence', more: true },
      { behaviour: 'spend', more: false },
    ],
  },
  { says: 'driver', factor: { did: 'Report Exported' }, leftWith: 0.1, leftWithout: 0.4 },
  ...FACTORS.map((factor): Statement => ({ says: 'driver', factor, leftWith: 0.62, leftWithout: 0.35 })),
  ...QUESTIONS.map((about): Statement => ({ says: 'question', about, atLeast: 61.5 })),
  ...SEGMENTS.flatMap((segment): Statement[] => [
    { says: 'segment-name', segment },
    { says: 'segment-advice', segment },
  ]),
  { says: 'call' },
  { says: 'win-back' },
];

describe('the words of a score', () => {
  it('say every statement in every language, each in its own', () => {
    const spoken = LANGUAGES.map((language) => STATEMENTS.map((each) => say(sentencesOf(language), each)));
    expect(spoken).toMatchInlineSnapshot(`
      [
        [
          "No second order in 1 day.",
          "No order for 94 days; usually every 30.",
          "Last order 12 days ago; usually every 1.",
          "One order so far.",
          "Ordered on 7 days so far.",
          "Customer for 45 days.",
          "Customer for 13 months.",
          "Customer for 3 years.",
          "Spends about 60 EUR an order.",
          "No repeat order to tell the usual spend from.",
          "No order yet.",
          "Hardly any visits, mails or meetings lately.",
          "Visits, mails or meetings going on.",
          "Support cases lately.",
          "No support case lately.",
          "Active 6 weeks in a row.",
          "Active on 1 day in the last four weeks; usually on 9.",
          "More active week by week.",
          "Less active week by week.",
          "Active like clockwork, every 14 days.",
          "Raises the risk of leaving.",
          "Lowers the risk of leaving.",
          "Next 12 months: 120 EUR expected, one in ten above 400 EUR.",
          "Next 12 months: most likely nothing; on average 12 EUR, one in ten above 40 EUR.",
          "Next 12 months: most likely nothing; on average 12 EUR, fewer than one in ten bring more.",
          "Churn risk up 5 points: +6 from time passing, -1 from new facts.",
          "Expected value down 20 EUR: -20 from an updated model.",
          "Customers like this one but with a meeting now: churn risk 41 % instead of 62 %.",
          "Customers like this one but with an order, a meeting and an answer to an e-mail now: churn risk 20 % instead of 62 %.",
          "Would be 12th if churn weighed twice.",
          "Would be 22nd if value at risk weighed twice.",
          "Like the average customer.",
          "Bought long ago and spends little an order.",
          "Of customers with "Report Exported" lately, 10 % left; of the others, 40 %.",
          "Of customers with one order so far, 62 % left; of the others, 35 %.",
          "Of customers overdue by their own rhythm, 62 % left; of the others, 35 %.",
          "Of customers with support cases lately, 62 % left; of the others, 35 %.",
          "Of customers without visits, mails or product use lately, 62 % left; of the others, 35 %.",
          "Of customers without a meeting lately, 62 % left; of the others, 35 %.",
          "Of customers whose activity had dropped, 62 % left; of the others, 35 %.",
          "Of customers more active week by week, 62 % left; of the others, 35 %.",
          "No order for 62 days or more?",
          "Silent 61.5 times as long as usual, or longer?",
          "Ordered on 62 days or more?",
          "Customer for 2 months or more?",
          "More than 61.5 visits, mails or uses lately?",
          "More than 61.5 meetings lately?",
          "More than 61.5 support cases lately?",
          "Champions",
          "Thank them, ask them to refer others, show them what is new first.",
          "Loyal",
          "Offer the next larger plan or a complement; ask what they would change.",
          "Potential loyalists",
          "Give a reason for the next order soon: membership, a complement, advice.",
          "New",
          "Help them to a first success and a second order; check in within two weeks.",
          "Promising",
          "Stay in mind: a useful mail, a small offer for a second order.",
          "Needs attention",
          "Ask what is missing now, with an offer that ends soon.",
          "About to sleep",
          "Remind them of what they bought and what goes with it.",
          "At risk",
          "Call in person; solve what went wrong before offering anything.",
          "Cannot lose them",
          "Call this week, by whoever knows them best; agree on a way back.",
          "Hibernating",
          "A cheap reminder at the season they bought in; no call.",
          "Lost",
          "One win-back mail; otherwise leave them in peace.",
          "Call: valuable and likely to leave",
          "Win back: was valuable, has gone silent",
        ],
        [
          "Keine zweite Bestellung seit 1 Tag.",
          "Keine Bestellung seit 94 Tagen; sonst alle 30 Tage.",
          "Letzte Bestellung vor 12 Tagen; sonst jeden Tag.",
          "Bisher eine Bestellung.",
          "Hat bisher an 7 Tagen bestellt.",
          "Kunde seit 45 Tagen.",
          "Kunde seit 13 Monaten.",
          "Kunde seit 3 Jahren.",
          "Gibt je Bestellung etwa 60 EUR aus.",
          "Noch keine weitere Bestellung, die den üblichen Betrag zeigt.",
          "Noch keine Bestellung.",
          "In letzter Zeit kaum Besuche, E-Mails oder Termine.",
          "Besuche, E-Mails oder Termine in letzter Zeit.",
          "Supportfälle in letzter Zeit.",
          "Kein Supportfall in letzter Zeit.",
          "Seit 6 Wochen jede Woche aktiv.",
          "In den letzten vier Wochen an 1 Tag aktiv; sonst an 9.",
          "Wird von Woche zu Woche aktiver.",
          "Wird von Woche zu Woche weniger aktiv.",
          "Aktiv wie ein Uhrwerk, alle 14 Tage.",
          "Erhöht das Abwanderungsrisiko.",
          "Senkt das Abwanderungsrisiko.",
          "Nächste 12 Monate: 120 EUR erwartet, bei einem von zehn über 400 EUR.",
          "Nächste 12 Monate: am ehesten nichts; im Mittel 12 EUR, bei einem von zehn über 40 EUR.",
          "Nächste 12 Monate: am ehesten nichts; im Mittel 12 EUR, mehr bei weniger als einem von zehn.",
          "Abwanderungsrisiko um 5 Punkte gestiegen: +6 durch Zeitablauf, -1 durch neue Tatsachen.",
          "Erwarteter Wert um 20 EUR gesunken: -20 durch ein neues Modell.",
          "Kunden wie dieser, aber mit einem Termin jetzt: Abwanderungsrisiko 41 % statt 62 %.",
          "Kunden wie dieser, aber mit einer Bestellung, einem Termin und einer Antwort auf eine E-Mail jetzt: Abwanderungsrisiko 20 % statt 62 %.",
          "Wäre auf Platz 12, wenn das Abwanderungsrisiko doppelt zählte.",
          "Wäre auf Platz 22, wenn der gefährdete Wert doppelt zählte.",
          "Wie der Durchschnitt.",
          "Hat lange nicht gekauft und gibt je Bestellung wenig aus.",
          "Von den Kunden, bei denen zuletzt „Report Exported“ vorkam, gingen 10 %; von den übrigen 40 %.",
          "Von den Kunden, die erst einmal bestellt hatten, gingen 62 %; von den übrigen 35 %.",
          "Von den Kunden, die nach eigenem Rhythmus überfällig waren, gingen 62 %; von den übrigen 35 %.",
          "Von den Kunden, die zuletzt Supportfälle hatten, gingen 62 %; von den übrigen 35 %.",
          "Von den Kunden, von denen zuletzt weder Besuche noch E-Mails noch Nutzung kamen, gingen 62 %; von den übrigen 35 %.",
          "Von den Kunden, die zuletzt keinen Termin hatten, gingen 62 %; von den übrigen 35 %.",
          "Von den Kunden, deren Aktivität eingebrochen war, gingen 62 %; von den übrigen 35 %.",
          "Von den Kunden, die von Woche zu Woche aktiver wurden, gingen 62 %; von den übrigen 35 %.",
          "Seit 62 Tagen oder länger keine Bestellung?",
          "Mindestens 61,5-mal so lange still wie sonst?",
          "An 62 oder mehr Tagen bestellt?",
          "Kunde seit 2 Monaten oder länger?",
          "Zuletzt mehr als 61,5 Besuche, E-Mails oder Nutzungen?",
          "Zuletzt mehr als 61,5 Termine?",
          "Zuletzt mehr als 61,5 Supportfälle?",
          "Beste Kunden",
          "Danken, um Empfehlungen bitten, Neues zuerst zeigen.",
          "Treue Kunden",
          "Das nächstgrößere Paket oder eine Ergänzung anbieten; nach Wünschen fragen.",
          "Mögliche Stammkunden",
          "Bald einen Anlass zur nächsten Bestellung geben: Ergänzung, Beratung, Vorteile.",
          "Neue Kunden",
          "Zum ersten Erfolg und zur zweiten Bestellung helfen; binnen zwei Wochen melden.",
          "Vielversprechende",
          "In Erinnerung bleiben: eine nützliche E-Mail, ein kleines Angebot.",
          "Brauchen Aufmerksamkeit",
          "Fragen, was fehlt, mit einem befristeten Angebot.",
          "Schlafen bald ein",
          "An das Gekaufte erinnern und an das, was dazu passt.",
          "Gefährdete",
          "Persönlich anrufen; erst lösen, was schiefging, dann anbieten.",
          "Unverzichtbare",
          "Diese Woche anrufen, durch wen sie am besten kennen; den Weg zurück vereinbaren.",
          "Ruhende",
          "Günstig erinnern, wenn ihre Jahreszeit kommt; nicht anrufen.",
          "Verlorene",
          "Eine E-Mail zur Rückgewinnung; sonst in Ruhe lassen.",
          "Anrufen: wertvoll und abwanderungsgefährdet",
          "Zurückgewinnen: war wertvoll, meldet sich nicht mehr",
        ],
      ]
    `);
    for (const [index] of STATEMENTS.entries()) {
      expect(new Set(spoken.map((sentences) => sentences[index])).size).toBe(LANGUAGES.length);
    }
  });
});

describe('a score in German', () => {
  const asOf = calendarDay('2026-06-01');
  const book = simulateBook({ seed: 4, customers: 400, asOf });
  const model = trainedModel(book, asOf);
  const earlier = trainedModel(book, addDays(asOf, -40));
  const german = sentencesOf('de');

  it('has the numbers of the English one and no English in it', () => {
    for (const customer of book.slice(0, 150)) {
      const stats = trainingCustomer(customer).statsAt(asOf);
      const before = {
        model: earlier,
        stats: trainingCustomer(customer).statsAt(addDays(asOf, -30)),
        asOf: addDays(asOf, -30),
      };
      const english = scoreCustomer(model, stats, asOf, before);
      const { reasons, change, nextAction, ...numbers } = scoreCustomer(model, stats, asOf, before, german);
      expect({ ...english, ...numbers }).toEqual(english);
      expect(reasons).toHaveLength(english.reasons.length);
      expect(change === null).toBe(english.change === null);
      const text = [...reasons, change ?? '', nextAction ?? ''].join(' ');
      expect(text).not.toMatch(/\b(the|order|orders|usually|risk|months|expected|days|from)\b/i);
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
    }
  });

  it('moves by whole numbers that add up to what they explain', () => {
    let told = 0;
    for (const customer of book) {
      const at = (day: typeof asOf) => trainingCustomer(customer).statsAt(day);
      const then = addDays(asOf, -30);
      const { change } = scoreCustomer(model, at(asOf), asOf, { model: earlier, stats: at(then), asOf: then });
      for (const [, direction, total, parts] of (change ?? '').matchAll(/(up|down) (\d+) \w+: ([^.]+)\./g)) {
        const sum = [...(parts ?? '').matchAll(/([+-]\d+) from/g)].reduce((all, [, part]) => all + Number(part), 0);
        expect(sum).toBe(Number(total) * (direction === 'up' ? 1 : -1));
        told += 1;
      }
    }
    expect(told).toBeGreaterThan(100);
  });
});

describe('the sentence about the next year', () => {
  it('says "one in ten above" only where the interval ends there, and not where it was stretched up to the mean', () => {
    const asOf = calendarDay('2026-06-01');
    const book = simulateBook({ seed: 4, customers: 400, asOf });
    const model = trainedModel(book, asOf);
    const told = book.flatMap((customer) => {
      const { clv12m, clv12mHigh, reasons } = scoreCustomer(
        model,
        trainingCustomer(customer).statsAt(asOf),
        asOf,
        null,
      );
      return clv12m === null || clv12mHigh === null ? [] : [{ isLifted: clv12mHigh === clv12m, text: reasons.at(-1) }];
    });
    expect(told.filter(({ isLifted }) => isLifted).length).toBeGreaterThan(0);
    for (const { isLifted, text } of told) {
      expect(text).toMatch(isLifted ? /, fewer than one in ten bring more\.$/ : /, one in ten above \d+ USD\.$/);
    }
  });
});
