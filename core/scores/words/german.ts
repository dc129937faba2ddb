import type { Act, MovedPart, Sentences } from './words.ts';

const ACTS: Readonly<Record<Act, string>> = {
  order: 'Mit einer Bestellung jetzt',
  meeting: 'Mit einem Termin jetzt',
  reply: 'Mit einer Antwort auf eine E-Mail jetzt',
  'support-settled': 'Ohne offene Supportfälle',
};

const CAUSES: Readonly<Record<MovedPart['why'], string>> = {
  time: 'durch Zeitablauf',
  inputs: 'durch neue Tatsachen',
  model: 'durch ein neues Modell',
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
  streak: ({ weeks }) => `Seit ${weeks} Wochen jede Woche aktiv.`,
  'activity-drop': ({ days, usualDays }) =>
    `In den letzten vier Wochen an ${inDays(days)} aktiv; sonst an ${Math.max(Math.round(usualDays), 1)}.`,
  'activity-trend': ({ trend }) =>
    trend === 'rising' ? 'Wird von Woche zu Woche aktiver.' : 'Wird von Woche zu Woche weniger aktiv.',
  clockwork: ({ everyDays }) => `Aktiv wie ein Uhrwerk, ${every(everyDays)}.`,
  risk: ({ direction }) =>
    direction === 'raises' ? 'Erhöht das Abwanderungsrisiko.' : 'Senkt das Abwanderungsrisiko.',
  'next-year': ({ expected, oneInTenAbove, likelyNothing, currency }) =>
    likelyNothing
      ? `Nächste 12 Monate: am ehesten nichts; im Mittel ${Math.round(expected)} ${currency}, bei einem von zehn über ${Math.round(oneInTenAbove)} ${currency}.`
      : `Nächste 12 Monate: ${Math.round(expected)} ${currency} erwartet, bei einem von zehn über ${Math.round(oneInTenAbove)} ${currency}.`,
  moved: ({ what, by, currency, parts }) => {
    const unit = what === 'churn' ? (Math.abs(by) === 1 ? 'Punkt' : 'Punkte') : currency;
    const causes = parts.map((part) => `${part.by > 0 ? '+' : '-'}${Math.abs(part.by)} ${CAUSES[part.why]}`);
    return `${what === 'churn' ? 'Abwanderungsrisiko' : 'Erwarteter Wert'} um ${Math.abs(by)} ${unit} ${by > 0 ? 'gestiegen' : 'gesunken'}: ${causes.join(', ')}.`;
  },
  'would-change': ({ act, from, to }) =>
    `${ACTS[act]} läge das Abwanderungsrisiko bei ${percent(to)} statt ${percent(from)}.`,
  call: () => 'Anrufen: wertvoll und abwanderungsgefährdet',
  'win-back': () => 'Zurückgewinnen: war wertvoll, meldet sich nicht mehr',
};

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
