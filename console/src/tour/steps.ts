/** One stop: where it is, what it points at, and what it says. */
export interface TourStep {
  /** Address of the page; "CUSTOMER" stands for whoever is to be looked at first. */
  path: readonly string[];
  /** Selector of what is pointed at; among several, the one that has `part` as its heading. */
  points: string;
  part?: string;
  title: string;
  text: string;
}

/** Where the tour shows one customer: the first by priority. */
export const ANY_CUSTOMER = 'CUSTOMER';

/** The tour, in the order of a first look: the book, one customer, what acts on it, and what it rests on. */
export const TOUR: readonly TourStep[] = [
  {
    path: [],
    points: '.stats',
    title: 'What is at stake',
    text: 'Value at risk is what customers are worth if they stay, times the chance that they leave. Each number says its unit and which way is good.',
  },
  {
    path: [],
    points: '.card',
    part: 'Customers by value and risk',
    title: 'Where it lies',
    text: 'Customers by value and by risk. The cell of high value and high risk is where a call keeps most: choose a cell, and its customers are listed.',
  },
  {
    path: [],
    points: '.card',
    part: 'What playbooks have kept',
    title: 'Whether it helps',
    text: 'Some customers are held out at random. Only the difference between them and the others counts as kept; until there are enough of both, it says so.',
  },
  {
    path: ['customers'],
    points: '.filters',
    title: 'Finding customers',
    text: 'Search and filters narrow the list. It is in the address: send it to somebody, or save it under a name.',
  },
  {
    path: ['customers'],
    points: '.table-wrap',
    title: 'Whom to look at first',
    text: 'Priority puts value at risk, risk and falling engagement into one number from 0 to 100. Choose a head to sort by something else, a name to open it.',
  },
  {
    path: ['customers', ANY_CUSTOMER],
    points: '.stats',
    title: 'One customer',
    text: 'The same numbers stand on the record in the CRM. The value has an interval, the risk a horizon: a score is an estimate, and says how sure it is.',
  },
  {
    path: ['customers', ANY_CUSTOMER],
    points: '.card',
    part: 'What to do',
    title: 'What to do, and why',
    text: 'The next action, the three reasons that weigh most, and what changed. If you know better, say Wrong: it is kept, and shown when models are compared.',
  },
  {
    path: ['customers', ANY_CUSTOMER],
    points: '.card',
    part: 'What the scores are made of',
    title: 'How it adds up',
    text: 'From the middle customer of the book to this one, step by step. The steps add up to the score exactly.',
  },
  {
    path: ['segments'],
    points: 'h1',
    title: 'Segments',
    text: 'The book by recency, frequency and money, who moved between segments, and groups that behave alike.',
  },
  {
    path: ['playbooks'],
    points: 'h1',
    title: 'Playbooks',
    text: 'Rules that open a task or take another step when a customer comes into a state: once, within limits, and measured.',
  },
  {
    path: ['models'],
    points: 'h1',
    title: 'Models',
    text: 'Which model scores and what it was chosen against, how past scores fared by what came since, and the way back to the model before.',
  },
  {
    path: ['connections'],
    points: 'h1',
    title: 'Connections',
    text: 'What is read from where, what could not be read, and a pause: one button stops everything that leaves.',
  },
];
