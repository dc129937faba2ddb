import { describe, expect, it } from 'vitest';
import { churnTable } from '../../cli/churn-table.ts';
import { groupColumn } from '../../cli/group-column.ts';
import type { TextTable } from '../../cli/read-table.ts';
import { evaluateChurn } from '../../core/evaluation/churn.ts';
import { churnCard } from '../../core/evaluation/churn-card.ts';
import { groupRates, widestGap } from '../../core/evaluation/group-rates.ts';
import { sensitiveKind } from '../../core/evaluation/sensitive-columns.ts';
import { seededRandom } from '../../core/math/random.ts';

describe('a column that tells of persons', () => {
  it.each([
    [
      'age',
      [
        'Age',
        'AGE',
        'customer_age',
        'Age Group',
        'ageBand',
        'SeniorCitizen',
        'DateOfBirth',
        'birth_year',
        'Alter',
        'Geburtsdatum',
      ],
    ],
    ['age', ['Âge', 'edad', 'fecha_de_nacimiento', 'Età', 'leeftijd', 'data_nascimento', 'wiek']],
    [
      'gender',
      [
        'gender',
        'Sex',
        'Geschlecht',
        'sexe',
        'género',
        'sesso',
        'płeć'.normalize('NFC').replace('ł', 'l'),
        'Anrede',
        'is_male',
      ],
    ],
    ['name', ['Surname', 'first_name', 'LastName', 'Vorname']],
    ['origin', ['Ethnicity', 'race', 'nationality', 'Staatsangehörigkeit', 'country_of_birth', 'Muttersprache']],
    ['religion', ['religion', 'Konfession', 'religión', 'church']],
    ['health', ['disability', 'Health Score', 'pregnant', 'Schwerbehinderung', 'diagnosis_code', 'santé', 'BMI']],
    ['family', ['MaritalStatus', 'Familienstand', 'estado civil']],
    [
      'address',
      ['zip', 'ZIP Code', 'PLZ', 'Postleitzahl', 'postcode', 'postal_code', 'Straße', 'code postal', 'latitude'],
    ],
    ['opinion', ['political_party', 'Gewerkschaftsmitglied', 'union member']],
    ['sexual orientation', ['sexual_orientation']],
  ])('is known by its name: %s', (kind, names) => {
    expect(names.map((name) => [name, sensitiveKind(name)])).toEqual(names.map((name) => [name, kind]));
  });

  it('is none where it is of a thing, or a word only contains another', () => {
    const names = [
      ...[
        'AccountAge',
        'contract_age_days',
        'device age',
        'Average',
        'usage',
        'pages',
        'storage',
        'Stage',
        'MonthlyCharges',
      ],
      ...[
        'tenure',
        'Contract',
        'PhoneService',
        'TotalCharges',
        'Partner',
        'trace_id',
        'Essex plan',
        'unionised',
        'Seconds of Use',
      ],
      ...[
        'Customer Value',
        'Complains',
        'Tariff Plan',
        'TechSupport',
        'lateness',
        'zipped files',
        'Region',
        'VisitorType',
      ],
    ];
    expect(names.filter((name) => sensitiveKind(name) !== null)).toEqual([]);
  });
});

const text = (header: string, lines: readonly string[]): TextTable => ({
  header: header.split(','),
  rows: lines.map((line, index) => ({ line: index + 2, cells: line.split(',') })),
});
const random = seededRandom(3);
const PEOPLE = text(
  'visits,gender,Age,plan,Churn',
  Array.from({ length: 400 }, (_, index) => {
    const visits = Math.floor(random.next() * 20);
    const gender = index % 2 ? 'f' : 'm';
    const left = random.next() < (visits < 8 ? 0.6 : 0.1) ? 'Yes' : 'No';
    return `${visits},${gender},${20 + (index % 50)},${index % 3 ? 'basic' : 'pro'},${left}`;
  }),
);
const label = { label: 'Churn', positive: 'Yes' };

describe('a table with columns that tell of persons', () => {
  it('is measured as it is given, and the columns are named', () => {
    const { features, notes } = churnTable(PEOPLE, label);
    expect(features.map(({ name }) => name)).toEqual(['visits', 'gender', 'Age', 'plan']);
    expect(notes).toEqual([
      'Column "gender" tells of persons (gender): scores on records never use such fields. --without-sensitive measures without it, --by "gender" compares its groups.',
      'Column "Age" tells of persons (age): scores on records never use such fields. --without-sensitive measures without it, --by "Age" compares its groups.',
    ]);
  });

  it('is learned from without them on request', () => {
    const { features, notes } = churnTable(PEOPLE, { ...label, withoutSensitive: true });
    expect(features.map(({ name }) => name)).toEqual(['visits', 'plan']);
    expect(notes).toEqual([
      'Column "gender" tells of persons (gender) and was left out.',
      'Column "Age" tells of persons (age) and was left out.',
    ]);
  });

  it('refuses to compare groups of a column that is not there', () => {
    expect(() => churnTable(PEOPLE, { ...label, by: ['nobody'] })).toThrow(/nobody: expected a column/);
  });

  it('is compared by groups of a column, learned from or not, in bands where it holds numbers', () => {
    expect(new Set(groupColumn(PEOPLE, 'gender').groups)).toEqual(new Set(['m', 'f']));
    expect(new Set(groupColumn(PEOPLE, 'Age').groups)).toEqual(
      new Set(['20 to below 32', '32 to below 45', '45 to below 57', '57 or more']),
    );
    expect(groupColumn(text('a,b', ['1,x', ',y', '2,']), 'a').groups).toEqual(['1', 'not known', '2']);
  });
});

describe('rates of groups', () => {
  const decided = {
    probabilities: [0.9, 0.2, 0.8, 0.1, 0.7, 0.3],
    labels: [1, 0, 0, 1, 1, 0],
    flagged: (row: number) => [true, false, true, false, true, false][row] === true,
  };

  it('are those counted by hand, with intervals around them', () => {
    const [a, b] = groupRates(['a', 'a', 'a', 'a', 'b', 'b'], decided);
    expect(a).toMatchObject({
      group: 'a',
      rows: 4,
      baseRate: { share: 0.5 },
      meanProbability: 0.5,
      actionRate: { share: 0.5 },
      falsePositiveRate: { share: 0.5 },
      falseNegativeRate: { share: 0.5 },
    });
    expect(b).toMatchObject({ falsePositiveRate: { share: 0 }, falseNegativeRate: { share: 0 } });
    // Wilson's interval of 1 of 2: (1 + z²/2 -+ z sqrt(1/2 + z²/4)) / (2 + z²), z = 1.96.
    expect(a?.baseRate.low).toBeCloseTo(0.15, 2);
    expect(a?.baseRate.high).toBeCloseTo(0.85, 2);
  });

  it('are null where nobody could be counted, and no gap is claimed where intervals overlap', () => {
    const all = groupRates(['a', 'b', 'b', 'a', 'a', 'b'], decided);
    expect(all.map(({ group, falsePositiveRate }) => [group, falsePositiveRate])).toContainEqual(['a', null]);
    expect(widestGap(all, ({ actionRate }) => actionRate)).toBeNull();
  });

  it('find a gap that chance does not explain', () => {
    const rows = Array.from({ length: 400 }, (_, row) => row);
    const groups = rows.map((row) => (row % 2 ? 'often' : 'seldom'));
    const flagged = (row: number) => (row % 2 ? row % 4 === 1 : row % 20 === 0);
    const rates = groupRates(groups, { probabilities: rows.map(() => 0.5), labels: rows.map(() => 0), flagged });
    expect(widestGap(rates, ({ actionRate }) => actionRate)).toMatchObject({
      higher: { group: 'often', actionRate: { share: 0.5 } },
      lower: { group: 'seldom', actionRate: { share: 0.1 } },
    });
  });

  it('are in the evaluation of each model and on the model card', () => {
    const { rows, features, groupBy } = churnTable(PEOPLE, { ...label, by: ['gender'] });
    const evaluation = evaluateChurn(rows, {
      features,
      groupBy,
      seed: 1,
      imbalance: 'class-weights',
      calibration: 'platt',
      capacityShare: 0.2,
      threads: 1,
      clock: () => 0,
    });
    for (const { groups } of evaluation.models) {
      expect(groups).toMatchObject([{ column: 'gender', by: 'capacity' }]);
      expect(groups?.[0]?.groups.map(({ rows: count }) => count)).toEqual([200, 200]);
      const acted = groups?.[0]?.groups.reduce((sum, { actionRate, rows: count }) => sum + actionRate.share * count, 0);
      expect((acted ?? 0) / 400).toBeCloseTo(0.2, 1);
    }
    const section = churnCard(evaluation).sections.find(({ title }) => title === 'Groups by gender');
    expect(section?.sentences.join(' ')).toContain('No difference between the groups by gender is beyond chance');
  });
});
