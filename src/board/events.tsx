import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { type Clock, sleep } from '../base/clock.ts';
import type { Filter } from './cards.ts';
import { type Change, cardKey, changeOf, type Deck, shownOf } from './deck.ts';
import type { Live } from './live.ts';
import { TopStrip } from './pages/board.tsx';
import { CardItem } from './pages/card.tsx';

/** Proxies close what says nothing; and who may look no more is told so at the latest then. Milliseconds. */
const beatMs = 20_000;
/** Of a window that does not read no more than so many events are kept: it is let go, and loads itself again. */
const unreadMax = 64;

export interface Watching {
  live: Pick<Live, 'deck' | 'watch'>;
  clock: Clock;
  desk: string;
  /** What the window showed as it was loaded. */
  version: string;
  /** Whether who watches may still see the desk; where that cannot be told they may not. */
  mayStillSee(): Promise<boolean>;
  /** Ends with the app. */
  ended: AbortSignal;
}

/**
 * Tells a window of the board what changed: the cards that look or stand otherwise, in HTML, and nothing else. One that
 * was loaded from another deck than the present one is told to load itself again.
 */
export function boardEvents(c: Context, watching: Watching, filter: Filter): Promise<Response> {
  return eventStream(c, watching, (deck) => {
    let shown = shownOf(deck, filter);
    return (next) => {
      const change = changeOf(shown, next, filter);
      if (!change) return null;
      shown = shownOf(next, filter);
      return { event: 'change', data: JSON.stringify(told(change, watching.desk, next)) };
    };
  });
}

/** Tells a window of one ticket that it should look again. */
export function ticketEvents(c: Context, watching: Watching, id: string): Promise<Response> {
  return eventStream(c, watching, (deck) => {
    let shown = ticketKey(deck, id);
    return (next) => {
      const key = ticketKey(next, id);
      if (key === shown) return null;
      shown = key;
      return { event: 'look', data: next.version };
    };
  });
}

/** What a ticket's page depends on: its file, and what its card says of the desk around it. */
function ticketKey({ scene, cards }: Deck, id: string): string {
  const card = cards.find((one) => one.id === id);
  const quarantined = scene.snapshot.quarantine.filter((path) => path.startsWith(`quarantine/${id}/`));
  return JSON.stringify([scene.snapshot.tickets.get(id)?.text, card && cardKey(card), quarantined]);
}

interface Told {
  event: string;
  data: string;
}

async function eventStream(
  c: Context,
  { live, clock, version, mayStillSee, ended }: Watching,
  begin: (deck: Deck) => (next: Deck) => Told | null,
): Promise<Response> {
  if (c.req.method === 'HEAD') return c.body(null); // nobody would end a stream that nobody reads
  const first = await live.deck();
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const over = AbortSignal.any([gone.signal, ended]);
    let last: Promise<unknown> = Promise.resolve();
    let unread = 0;
    const send = (told: Told | null) => {
      if (!told) return;
      if (++unread > unreadMax) return stream.abort();
      last = last.then(() => stream.writeSSE(told)).finally(() => --unread);
    };
    if (first.version !== version) send({ event: 'reload', data: first.version });
    const tell = begin(first);
    const stop = live.watch((deck) => send(tell(deck)));
    while (!over.aborted) {
      await sleep(clock, beatMs, over);
      if (over.aborted || !(await mayStillSee().catch(() => false))) break;
      send({ event: 'beat', data: '' });
    }
    stop();
    await last;
  });
}

function told({ cards, gone, counts, top }: Change, desk: string, { scene, version }: Deck) {
  const { now } = scene;
  return {
    version,
    cards: cards.map(({ card, after }) => ({
      id: card.id,
      lane: card.state,
      after,
      html: String(<CardItem card={card} desk={desk} now={now} />),
    })),
    gone,
    counts,
    top: top && String(<TopStrip top={top} desk={desk} now={now} />),
  };
}
