import type { Scene } from '../engine/panel.ts';
import { type State, states } from '../ticket/states.ts';
import { type Card, type Filter, inOrder, isShown } from './cards.ts';
import type { Top } from './top.ts';

/** Cards of one column that are shown at once; the rest are counted, and found by the filter. */
const laneMax = 100;
/** Of the closed ones the latest are shown: what is done is history. */
export const closedMax = 20;

/** A whole desk as the board shows it at one moment: every card, and what stands above them. */
export interface Deck {
  /** Of this process alone: another one for each deck that differs. */
  version: string;
  scene: Scene;
  cards: readonly Card[];
  top: Top;
}

/** One column as one person sees it. */
export interface Lane {
  state: State;
  cards: readonly Card[];
  /** All that the filter lets through, shown or not. */
  count: number;
}

/** A deck through a person's filter: a column for each state, in the order of the states. */
export function lanesOf({ cards }: Pick<Deck, 'cards'>, filter: Filter): Lane[] {
  const lanes = new Map<State, Card[]>(states.map((state) => [state, []]));
  for (const card of cards) if (isShown(card, filter)) lanes.get(card.state)?.push(card);
  return [...lanes].map(([state, all]) => {
    const isClosed = state === 'done' || state === 'cancelled';
    const most = isClosed ? closedMax : laneMax;
    return {
      state,
      cards: inOrder(all).slice(0, most),
      count: isClosed ? Math.min(all.length, most) : all.length,
    };
  });
}

/** What a card's place and look depend on: as long as it is the same nothing has to be sent. */
export const cardKey = (card: Card): string => JSON.stringify(card);

/** What a viewer's window shows: keys of cards by id, of the counts, and of what stands above. */
export interface Shown {
  cards: Map<string, string>;
  counts: string;
  top: string;
}

/** What has to change in a window. `after` is the card above; null at the top of its column. */
export interface Change {
  cards: { card: Card; after: string | null }[];
  gone: string[];
  counts: Record<string, number> | null;
  top: Top | null;
}

export function shownOf(deck: Deck, filter: Filter): Shown {
  const lanes = lanesOf(deck, filter);
  return {
    cards: new Map(lanes.flatMap(({ cards }) => cards.map((card) => [card.id, cardKey(card)]))),
    counts: JSON.stringify(countsOf(lanes)),
    top: JSON.stringify(deck.top),
  };
}

/** The difference between what a window shows and what it should; null where there is none. */
export function changeOf(before: Shown, deck: Deck, filter: Filter): Change | null {
  const lanes = lanesOf(deck, filter);
  const counts = countsOf(lanes);
  const now = new Set(lanes.flatMap(({ cards }) => cards.map(({ id }) => id)));
  const change: Change = {
    cards: lanes.flatMap(({ cards }) =>
      cards.flatMap((card, at) =>
        before.cards.get(card.id) === cardKey(card) ? [] : [{ card, after: cards[at - 1]?.id ?? null }],
      ),
    ),
    gone: [...before.cards.keys()].filter((id) => !now.has(id)),
    counts: JSON.stringify(counts) === before.counts ? null : counts,
    top: JSON.stringify(deck.top) === before.top ? null : deck.top,
  };
  const isEmpty = change.cards.length + change.gone.length === 0 && !change.counts && !change.top;
  return isEmpty ? null : change;
}

const countsOf = (lanes: readonly Lane[]): Record<string, number> =>
  Object.fromEntries(lanes.map(({ state, count }) => [state, count]));
