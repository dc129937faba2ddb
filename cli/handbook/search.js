// Finds sections that hold every word typed; a word in the heading weighs more, and so do words that stand together. Without this script the menu leads everywhere.
const form = document.querySelector('#search');
const input = form.querySelector('input');
const list = document.querySelector('#found');
const status = document.querySelector('#found-count');
const MOST = 12;
let entries;

form.hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  list.querySelector('a')?.click();
});
input.addEventListener('input', show);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || input.value === '') return;
  input.value = '';
  show();
  input.focus();
});

async function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  entries ??= fetch('search.json').then((response) => response.json());
  const found = words.length === 0 ? [] : ranked(await entries, words).slice(0, MOST);
  list.replaceChildren(...(found.length === 0 ? [nothing()] : found.map(item)));
  list.hidden = words.length === 0;
  status.textContent = words.length === 0 ? '' : `${found.length} found`;
}

function ranked(all, words) {
  return all
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

function scoreOf({ heading, text }, words) {
  const [inHeading, inText] = [heading.toLowerCase(), text.toLowerCase()];
  const scores = words.map((word) => (inHeading.includes(word) ? 3 : inText.includes(word) ? 1 : 0));
  if (scores.includes(0)) return 0;
  const together = inText.includes(words.join(' ')) ? words.length : 0;
  return scores.reduce((sum, score) => sum + score, together);
}

function nothing() {
  const element = document.createElement('li');
  element.textContent = 'Nothing found.';
  return element;
}

function item({ page, heading, href }) {
  const element = document.createElement('li');
  const link = document.createElement('a');
  link.href = href;
  link.textContent = heading;
  link.addEventListener('click', () => {
    input.value = '';
    show();
  });
  const where = document.createElement('small');
  where.textContent = page;
  element.append(link, ' ', where);
  return element;
}
