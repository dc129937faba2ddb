import type { Behaviour } from '../../segments/clusters.ts';
import type { Segment } from '../../segments/segment-names.ts';
import type { LoweredBy } from '../data-quality.ts';
import type { Question } from '../overview.ts';
import type { Criterion } from '../priority.ts';
import type { Factor } from '../train-drivers.ts';
import { germanNames } from './names-german.ts';
import type { Act, MovedPart, Sentences } from './words.ts';

const ACTS: Readonly<Record<Act, string>> = {
  order: 'einer Bestellung',
  meeting: 'einem Termin',
  reply: 'einer Antwort auf eine E-Mail',
  'support-settled': 'keinem Supportfall',
};

const CRITERIA: Readonly<Record<Criterion, string>> = {
  valueAtRisk: 'der gefährdete Wert',
  churn: 'das Abwanderungsrisiko',
  engagementDrop: 'die nachlassende Aktivität',
};

const ADVICE: Readonly<Record<Segment, string>> = {
  champions: 'Danken, um Empfehlungen bitten, Neues zuerst zeigen.',
  loyal: 'Das nächstgrößere Paket oder eine Ergänzung anbieten; nach Wünschen fragen.',
  'potential-loyalists': 'Bald einen Anlass zur nächsten Bestellung geben: Ergänzung, Beratung, Vorteile.',
  new: 'Zum ersten Erfolg und zur zweiten Bestellung helfen; binnen zwei Wochen melden.',
  promising: 'In Erinnerung bleiben: eine nützliche E-Mail, ein kleines Angebot.',
  'needs-attention': 'Fragen, was fehlt, mit einem befristeten Angebot.',
  'about-to-sleep': 'An das Gekaufte erinnern und an das, was dazu passt.',
  'at-risk': 'Persönlich anrufen; erst lösen, was schiefging, dann anbieten.',
  'cannot-lose': 'Diese Woche anrufen, durch wen sie am besten kennen; den Weg zurück vereinbaren.',
  hibernating: 'Günstig erinnern, wenn ihre Jahreszeit kommt; nicht anrufen.',
  lost: 'Eine E-Mail zur Rückgewinnung; sonst in Ruhe lassen.',
};

const FACTORS: Readonly<Record<Factor, string>> = {
  'one-order': 'die erst einmal bestellt hatten',
  overdue: 'die nach eigenem Rhythmus überfällig waren',
  'support-lately': 'die zuletzt Supportfälle hatten',
  'no-visits': 'von denen zuletzt weder Besuche noch E-Mails noch Nutzung kamen',
  'no-meeting': 'die zuletzt keinen Termin hatten',
  'activity-drop': 'deren Aktivität eingebrochen war',
  'activity-rising': 'die von Woche zu Woche aktiver wurden',
};

const QUESTIONS: Readonly<Record<Question, (atLeast: number) => string>> = {
  silence: (days) => `Seit ${inDays(Math.ceil(days))} oder länger keine Bestellung?`,
  lateness: (times) => `Mindestens ${decimal(times)}-mal so lange still wie sonst?`,
  orders: (count) => `An ${Math.ceil(count)} oder mehr Tagen bestellt?`,
  age: (days) => `Kunde seit ${age(days)} oder länger?`,
  visits: (count) => `Zuletzt mehr als ${decimal(count)} Besuche, E-Mails oder Nutzungen?`,
  meetings: (count) => `Zuletzt mehr als ${decimal(count)} Termine?`,
  support: (count) => `Zuletzt mehr als ${decimal(count)} Supportfälle?`,
};

const TRAITS: Readonly<Record<Behaviour, readonly [more: string, less: string]>> = {
  silence: ['hat lange nicht gekauft', 'hat vor kurzem gekauft'],
  purchases: ['kauft oft', 'hat selten gekauft'],
  spend: ['gibt je Bestellung viel aus', 'gibt je Bestellung wenig aus'],
  visits: ['besucht und liest viel', 'besucht und liest kaum'],
  meetings: ['trifft uns oft', 'trifft uns kaum'],
  support: ['braucht oft Hilfe', 'braucht kaum Hilfe'],
};

const CAUSES: Readonly<Record<MovedPart['why'], string>> = {
  time: 'durch Zeitablauf',
  inputs: 'durch neue Tatsachen',
  model: 'durch ein neues Modell',
};

const LOWERED: Readonly<Record<LoweredBy, (count: number) => string>> = {
  'no-order': () => 'Noch kein Auftrag, aus dem sich etwas sagen ließe.',
  'one-order': () => 'Bisher ein Auftrag: Wert und Risiko sind die von Kunden wie diesem.',
  'few-orders': () => 'Bisher zwei Aufträge: kaum ein Rhythmus, aus dem sich etwas sagen ließe.',
  'no-amount': () => 'Kein Auftrag hat einen Betrag.',
  'kept-out': (count) =>
    count === 1
      ? '1 Datensatz zählt nicht, bis jemand ihn angesehen hat.'
      : `${count} Datensätze zählen nicht, bis jemand sie angesehen hat.`,
  odd: (count) =>
    count === 1
      ? '1 Datensatz zählt, obwohl etwas an ihm auffällt.'
      : `${count} Datensätze zählen, obwohl etwas an ihnen auffällt.`,
  'doubtful-identity': () => 'Mehr Datensätze teilen sich eine Adresse oder Kennung, als eine Person sein können.',
  'test-account': () => 'Sieht nach einem Konto für einen Test aus.',
  'damaged-contact': () => 'Eine Adresse oder ein Name ist beschädigt.',
  'unmatched-refunds': (count) => `${count === 1 ? '1 Erstattung' : `${count} Erstattungen`} ohne zugehörigen Auftrag.`,
};

/** What scores say, in German. */
export const german: Sentences = {
  'no-second-order': ({ days }) => `Keine zweite Bestellung seit ${inDays(days)}.`,
  overdue: ({ days, usualDays }) => `Keine Bestellung seit ${inDays(days)}; sonst ${every(usualDays)}.`,
  'last-order': ({ days, usualDays }) => `Letzte Bestellung vor ${inDays(days)}; sonst ${every(usualDays)}.`,
  'order-days': ({ count }) => (count === 1 ? 'Bisher eine Bestellung.' : `Hat bisher an ${count} Tagen bestellt.`),
  'customer-for': ({ days }) => `Kunde seit ${age(days)}.`,
  'usual-spend': ({ amount, currency }) => `Gibt je Bestellung etwa ${Math.round(amount)} ${currency} aus.`,
  'no-usual-spend': () => 'Noch keine weitere Bestellung, die den üblichen Betrag zeigt.',
  'no-order-yet': () => 'Noch keine Bestellung.',
  quiet: () => 'In letzter Zeit kaum Besuche, E-Mails oder Termine.',
  active: () => 'Besuche, E-Mails oder Termine in letzter Zeit.',
  support: ({ lately }) => (lately ? 'Supportfälle in letzter Zeit.' : 'Kein Supportfall in letzter Zeit.'),
  'notice-given': () => 'Der Vertrag ist gekündigt.',
  'contract-ends': ({ days }) =>
    days >= 0
      ? `Der Vertrag endet in ${inDays(days)}.`
      : `Der Vertrag ist seit ${inDays(-days)} abgelaufen und noch nicht verlängert.`,
  'under-contract': ({ days }) => `Unter Vertrag seit ${age(days)}.`,
  streak: ({ weeks }) => `Seit ${weeks} Wochen jede Woche aktiv.`,
  'activity-drop': ({ days, usualDays }) =>
    `In den letzten vier Wochen an ${inDays(days)} aktiv; sonst an ${Math.max(Math.round(usualDays), 1)}.`,
  'activity-trend': ({ trend }) =>
    trend === 'rising' ? 'Wird von Woche zu Woche aktiver.' : 'Wird von Woche zu Woche weniger aktiv.',
  clockwork: ({ everyDays }) => `Aktiv wie ein Uhrwerk, ${every(everyDays)}.`,
  risk: ({ direction }) =>
    direction === 'raises' ? 'Erhöht das Abwanderungsrisiko.' : 'Senkt das Abwanderungsrisiko.',
  'next-year': ({ expected, oneInTenAbove, likelyNothing, currency }) => {
    const mean = `${Math.round(expected)} ${currency}`;
    const above =
      oneInTenAbove === null
        ? 'mehr bei weniger als einem von zehn'
        : `bei einem von zehn über ${Math.round(oneInTenAbove)} ${currency}`;
    return likelyNothing
      ? `Nächste 12 Monate: am ehesten nichts; im Mittel ${mean}, ${above}.`
      : `Nächste 12 Monate: ${mean} erwartet, ${above}.`;
  },
  moved: ({ what, by, currency, parts }) => {
    const unit = what === 'churn' ? (Math.abs(by) === 1 ? 'Punkt' : 'Punkte') : currency;
    const causes = parts.map((part) => `${part.by > 0 ? '+' : '-'}${Math.abs(part.by)} ${CAUSES[part.why]}`);
    return `${what === 'churn' ? 'Abwanderungsrisiko' : 'Erwarteter Wert'} um ${Math.abs(by)} ${unit} ${by > 0 ? 'gestiegen' : 'gesunken'}: ${causes.join(', ')}.`;
  },
  'would-change': ({ acts, from, to }) =>
    `Kunden wie dieser, aber mit ${list(acts.map((act) => ACTS[act]))} jetzt: Abwanderungsrisiko ${percent(to)} statt ${percent(from)}.`,
  'would-rank': ({ rank, criterion }) => `Wäre auf Platz ${rank}, wenn ${CRITERIA[criterion]} doppelt zählte.`,
  'segment-name': ({ segment }) => germanNames.segments[segment],
  'segment-advice': ({ segment }) => ADVICE[segment],
  cluster: ({ traits }) =>
    traits.length === 0
      ? 'Wie der Durchschnitt.'
      : sentence(list(traits.map(({ behaviour, more }) => TRAITS[behaviour][more ? 0 : 1]))),
  driver: ({ factor, leftWith, leftWithout }) =>
    `Von den Kunden, ${typeof factor === 'string' ? FACTORS[factor] : `bei denen zuletzt „${factor.did}“ vorkam`}, gingen ${percent(leftWith)}; von den übrigen ${percent(leftWithout)}.`,
  question: ({ about, atLeast }) => QUESTIONS[about](atLeast),
  'data-lowered': ({ by, count }) => LOWERED[by](count),
  call: () => 'Anrufen: wertvoll und abwanderungsgefährdet',
  'win-back': () => 'Zurückgewinnen: war wertvoll, meldet sich nicht mehr',
};

function decimal(value: number): string {
  return value.toFixed(1).replace('.', ',');
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} und ${items.at(-1)}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** After a preposition with the dative. */
function inDays(count: number): string {
  const rounded = Math.max(Math.round(count), 0);
  return rounded === 1 ? '1 Tag' : `${rounded} Tagen`;
}

function every(days: number): string {
  const rounded = Math.max(Math.round(days), 1);
  return rounded === 1 ? 'jeden Tag' : `alle ${rounded} Tage`;
}

function age(days: number): string {
  if (days < 60) return inDays(days);
  const [count, one, many] =
    days < 730 ? [Math.round(days / 30.4), 'Monat', 'Monaten'] : [Math.round(days / 365), 'Jahr', 'Jahren'];
  return `${count} ${count === 1 ? one : many}`;
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}
