// What pages of the board do more where scripts run: they stay current. Without this file they work all the same.

const { live, events } = document.body.dataset;

// ---- times ----

const steps = [
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [48 * 3_600_000, 3_600_000, 'h'],
  [Number.POSITIVE_INFINITY, 24 * 3_600_000, 'd'],
];

/** The words of `relativeTime` in src/board/times.ts. */
function relativeTime(ms) {
  const size = Math.abs(ms);
  if (size < 5_000) return 'now';
  const [, unit, word] = steps.find(([limit]) => size < limit);
  const count = `${Math.floor(size / unit)} ${word}`;
  return ms > 0 ? `in ${count}` : `${count} ago`;
}

function tellTimes() {
  for (const one of document.querySelectorAll('time[datetime]')) {
    const words = relativeTime(Date.parse(one.dateTime) - Date.now());
    if (one.textContent !== words) one.textContent = words;
  }
}

// ---- words for people who do not see what moves ----

function say(words) {
  document.querySelector('[data-said]').textContent = words;
}

function showConnection(isOn) {
  const place = document.querySelector('[data-connection]');
  place.classList.toggle('on', isOn);
  place.querySelector('[data-words]').textContent = isOn ? 'live' : 'not live';
}

// ---- the board ----

function elementOf(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild;
}

const cardOf = (id) => document.getElementById(`card-${id}`);
const laneOf = (card) => card?.closest('[data-lane]')?.dataset.lane;

function putCard({ id, lane, after, html }) {
  const list = document.querySelector(`[data-lane="${CSS.escape(lane)}"] ol`);
  const before = cardOf(id);
  const from = laneOf(before);
  const isOpen = before?.querySelector('.menu')?.open && from === lane;
  const focused = before?.contains(document.activeElement) ? document.activeElement : null;
  const card = elementOf(html);
  before?.remove();
  const above = after === null ? null : cardOf(after);
  if (above?.parentElement === list) above.after(card);
  else list.prepend(card);
  if (isOpen) card.querySelector('.menu').open = true;
  if (focused) {
    const same = [...card.querySelectorAll('a, summary')].find(
      (one) => one.textContent === focused.textContent,
    );
    (same ?? card.querySelector('a')).focus();
  }
  if (from === lane) return;
  card.classList.add('new');
  say(`${id} is ${lane.replace('_', ' ')}`);
}

function change({ version, cards, gone, counts, top }) {
  document.body.dataset.version = version;
  for (const id of gone) cardOf(id)?.remove();
  for (const card of cards) putCard(card);
  for (const [lane, count] of Object.entries(counts ?? {}))
    for (const place of document.querySelectorAll(`[data-count="${CSS.escape(lane)}"]`))
      place.textContent = count;
  if (top !== null) document.querySelector('[data-top]').innerHTML = top;
  tellTimes();
}

// ---- any page: it is loaded again, and what somebody has begun there stays ----

async function loadAgain() {
  const answer = await fetch(location.href);
  if (live === 'again') showConnection(answer.ok);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.body.dataset.version = page.body.dataset.version ?? '';
  const main = document.querySelector('main');
  const open = [...main.querySelectorAll('details[open][id]')].map(({ id }) => id);
  const written = [...main.querySelectorAll('textarea')].map(({ form, value }) => [form.action, value]);
  const was = main.querySelector('.state')?.textContent;
  const { activeElement: focused } = document;
  const around = main.contains(focused) ? focused.closest('[id]')?.id : undefined;
  main.replaceChildren(...page.querySelector('main').childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  for (const [action, value] of written)
    for (const one of main.querySelectorAll('textarea')) if (one.form.action === action) one.value = value;
  const place = around === undefined ? null : document.getElementById(around);
  place?.querySelector(focused.name ? `[name="${CSS.escape(focused.name)}"]` : 'summary, a')?.focus();
  const state = main.querySelector('.state')?.textContent;
  if (state && state !== was) say(`now ${state}`);
  tellTimes();
}

let loading = null;
let isStale = false;

/** What comes while the page is being loaded makes it load once more. */
function lookAgain() {
  isStale = loading !== null;
  loading ??= loadAgain().finally(() => {
    loading = null;
    if (isStale) lookAgain();
  });
}

// ---- connection ----

function connect() {
  const url = new URL(events, location.href);
  // What was missed is told by the version: each connection begins with what the page shows.
  url.searchParams.set('version', document.body.dataset.version);
  const source = new EventSource(url);
  source.addEventListener('open', () => showConnection(true));
  source.addEventListener('change', ({ data }) => change(JSON.parse(data)));
  source.addEventListener('reload', lookAgain);
  source.addEventListener('look', lookAgain);
  source.addEventListener('error', () => {
    showConnection(false);
    source.close();
    setTimeout(connect, 3_000);
  });
}

tellTimes();
setInterval(tellTimes, 5_000);
if (live === 'again') setInterval(lookAgain, 10_000);
else if (live) connect();

// A menu that is open closes when something else is meant.
const menus = () => document.querySelectorAll('.menu[open], details.desk[open]');
document.addEventListener('click', ({ target }) => {
  for (const menu of menus()) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// The filter needs no button where it can listen.
for (const field of document.querySelectorAll('.filter select'))
  field.addEventListener('change', () => field.form.requestSubmit());
