import { expect, test } from 'vitest';
import type { Card } from '../../src/board/cards.ts';
import { changeOf, type Deck, lanesOf, shownOf } from '../../src/board/deck.ts';
import { ticketIn } from '../ticket/fixtures.ts';
import { peopled } from './world.ts';

const everything = { q: '', owner: '', priority: '' };

const card = (id: string, over: Partial<Card> = {}): Card => ({
  id,
  title: `ticket ${id}`,
  state: 'todo',
  owner: 'luci',
  rank: 2,
  priority: 'normal',
  phase: null,
  phases: 1,
  hold: false,
  isBroken: false,
  created: '2026-05-25T09:00:00Z',
  note: '',
  code: null,
  since: null,
  run: null,
  stopping: null,
  ...over,
});

const deck = (...cards: Card[]) => ({ cards, top: { agents: [], desk: {}, needs: [] } }) as unknown as Deck;

test('a window is told of the cards that look or stand otherwise, and of nothing else', () => {
  const many = Array.from({ length: 50 }, (_, index) => card(`T-${index + 1}`));
  const shown = shownOf(deck(...many), everything);
  expect(changeOf(shown, deck(...many), everything)).toBeNull();
  const next = many.map((one) => (one.id === 'T-7' ? { ...one, state: 'in_progress' as const } : one));
  expect(changeOf(shown, deck(...next), everything)).toMatchObject({
    cards: [{ card: { id: 'T-7' }, after: null }],
    gone: [],
    counts: { todo: 49, in_progress: 1 },
    top: null,
  });
  const urgent = many.map((one) => (one.id === 'T-9' ? card('T-9', { priority: 'high', rank: 1 }) : one));
  const change = changeOf(shown, deck(...urgent, card('T-99')), everything);
  expect(change?.cards.map(({ card: { id }, after }) => `${id} after ${after}`)).toEqual([
    'T-9 after null',
    'T-99 after T-50',
  ]);
});

test('what a filter keeps away is not told, and what it lets go is gone', () => {
  const filter = { ...everything, owner: 'ada' };
  const shown = shownOf(deck(card('T-1', { owner: 'ada' }), card('T-2')), filter);
  expect([...shown.cards.keys()]).toEqual(['T-1']);
  expect(
    changeOf(shown, deck(card('T-1', { owner: 'ada' }), card('T-2', { title: 'new' })), filter),
  ).toBeNull();
  expect(changeOf(shown, deck(card('T-1'), card('T-2')), filter)).toMatchObject({ cards: [], gone: ['T-1'] });
});

test('columns are those of the states: the most urgent first, of closed tickets the latest and no more than twenty', () => {
  const closed = Array.from({ length: 30 }, (_, at) =>
    card(`D-${at}`, { state: 'done', since: `2026-05-25T09:${String(at).padStart(2, '0')}:00Z` }),
  );
  const lanes = lanesOf(
    deck(card('T-10'), card('T-9'), card('T-2', { priority: 'urgent', rank: 0 }), ...closed),
    everything,
  );
  expect(lanes.map(({ state }) => state)).toEqual([
    'inbox',
    'todo',
    'in_progress',
    'waiting',
    'blocked',
    'review',
    'done',
    'cancelled',
  ]);
  expect(lanes[1]?.cards.map(({ id }) => id)).toEqual(['T-2', 'T-9', 'T-10']);
  expect(lanes[6]?.cards.map(({ id }) => id).slice(0, 2)).toEqual(['D-29', 'D-28']);
  expect(lanes[6]).toMatchObject({ count: 20 });
});

test('an event carries one card of many, and a window that is old is told to load itself anew', async () => {
  const world = await peopled();
  const many = Array.from({ length: 60 }, (_, at) => ticketIn('inbox', { id: `MC-${100 + at}` }));
  await world.desk.put(...many);
  const event = await world.untilChange('MC-130', () =>
    world.desk.push('wilma', ticketIn('inbox', { id: 'MC-130', title: 'Another name' })),
  );
  expect(event).toContain('Another name');
  expect(event.match(/"id":"/g)).toHaveLength(1);
  expect(event.length).toBeLessThan(3_000);
  const old = await fetch(`${world.url}/acme/desk/events?version=of-another-process-1`);
  const reader = old.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  expect(first).toMatch(/^event: reload/);
  await reader?.cancel();
});

test('a ticket that comes and goes while nobody looks stands among the closed ones', async () => {
  const world = await peopled();
  await world.visit('/acme/desk');
  await world.desk.close(ticketIn('done', { id: 'MC-77', title: 'Came and went' }));
  await world.desk.operator.lookAtHead();
  expect((await world.visit('/acme/desk')).text).toContain('Came and went');
});
