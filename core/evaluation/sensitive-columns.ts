/** What a column says of a person that has no place in a score unless somebody decides so. */
export type SensitiveKind =
  | 'name'
  | 'age'
  | 'gender'
  | 'origin'
  | 'religion'
  | 'health'
  | 'sexual orientation'
  | 'opinion'
  | 'family'
  | 'address';

/**
 * Words by kind, without accents, in English, German, French, Spanish, Italian, Portuguese, Dutch and Polish: grounds of discrimination of
 * Article 21 of the EU Charter of Fundamental Rights and data of Article 9 GDPR, and addresses, which stand for origin and income.
 * `words` are whole words of a name or several in a row, `stems` begin a word.
 */
const KINDS: readonly { kind: SensitiveKind; words: readonly string[]; stems: readonly string[] }[] = [
  {
    kind: 'name',
    words: listed('first name, firstname, last name, lastname, surname, vorname, nachname'),
    stems: [],
  },
  {
    kind: 'origin',
    words: listed(`
      race, racial, rasse, raza, razza, raca, herkunft, origine, caste, colour of skin, skin color, skin
      colour, mother tongue, native language, muttersprache, country of birth, birthplace, place of birth,
      immigrant, migrant`),
    stems: listed(`
      ethnic, ethnie, etnia, etnic, nationalit, nacionalidad, nazionalit, nacionalidade, citizenship,
      staatsangeh, narodow`),
  },
  {
    kind: 'age',
    words: listed(`
      age, ages, aged, agegroup, ageband, agerange, dob, birthday, birth, yob, senior, seniors, alter,
      altersgruppe, jahrgang, edad, idade, leeftijd, wiek`),
    stems: listed('birthd, birthy, geburt, geboorte, naissance, nacimiento, nascita, nascimento, urodzen, seniorcit'),
  },
  {
    kind: 'gender',
    words: listed('gender, sex, sexe, sexo, sesso, genero, genere, geslacht, plec, salutation, anrede, male, female'),
    stems: listed('geschlecht, civilite, pronoun'),
  },
  {
    kind: 'religion',
    words: listed('faith, church, creed, belief, konfession, glaube, geloof, kirche, kirchensteuer, wyznanie'),
    stems: listed('religi, confession, denominat'),
  },
  {
    kind: 'health',
    words: listed(`
      health, sante, salud, salute, saude, gezondheid, zdrowie, illness, disease, bmi, medical, ziekte,
      smoker, raucher`),
    stems: listed(`
      disab, handicap, pregnan, schwanger, gesundheit, krank, behinder, schwerbehind, diagnos,
      discapacidad, disabilita, grossesse, embaraz, enfermedad`),
  },
  {
    kind: 'sexual orientation',
    words: listed('lgbt, lgbtq'),
    stems: listed('sexualor, sexual, orientationsex'),
  },
  {
    kind: 'opinion',
    words: listed('party membership, trade union, union member, union membership, gewerkschaft, parteibuch'),
    stems: listed('politic, politis, gewerkschaft, syndicat, sindica'),
  },
  {
    kind: 'family',
    words: listed(`
      marital, marital status, married, familienstand, civil status, estado civil, stato civile,
      burgerlijke staat`),
    stems: listed('maritalst, familienst, verheirat'),
  },
  {
    kind: 'address',
    words: listed(`
      zip, plz, postal, postcode, zipcode, address, adresse, adres, street, strasse, rue, calle,
      neighborhood, neighbourhood, latitude, longitude, lat, lon, lng`),
    stems: listed(`
      postleit, postcode, zipcode, postalcode, codepostal, codigopostal, kodpocztowy, indirizzo,
      direccion, endereco`),
  },
];

/** Of these it is the age of a thing or of a relation, not of a person. */
const AGE_OF_THINGS = new Set(
  listed(`account, contract, subscription, device, handset, phone, equipment, vehicle, car, ticket, invoice, debt, order, product,
    building, company, page, konto, vertrag, tenure, membership, policy, loan`),
);

/** What a column says of a person by its name; null when its name does not tell. */
export function sensitiveKind(name: string): SensitiveKind | null {
  if (/(^|[^\p{L}])età([^\p{L}]|$)/iu.test(name.normalize('NFC'))) return 'age';
  const words = wordsOf(name);
  const joined = ` ${words.join(' ')} `;
  const found = KINDS.find(
    ({ words: whole, stems }) =>
      whole.some((word) => joined.includes(` ${word} `)) ||
      stems.some((stem) => words.some((word) => word.startsWith(stem)) || words.join('').startsWith(stem)),
  );
  if (found?.kind === 'age' && words.some((word) => AGE_OF_THINGS.has(word))) return null;
  return found?.kind ?? null;
}

/** "DateOfBirth", "date_of_birth" and "Geburts-Datum" as words in small letters without accents. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '');
}

function listed(text: string): readonly string[] {
  return text.split(',').map((word) => word.trim().replaceAll(/\s+/g, ' '));
}
