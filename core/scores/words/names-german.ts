import type { Names } from './names.ts';

/** What things are called, in German. */
export const germanNames: Names = {
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
