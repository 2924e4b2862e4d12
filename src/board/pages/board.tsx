import { priorities } from '../../ticket/format.ts';
import { type State, stateWords } from '../../ticket/states.ts';
import type { Filter } from '../cards.ts';
import { type Deck, type Lane, lanesOf } from '../deck.ts';
import type { Top } from '../top.ts';
import { Inline, NeedItem, Time } from './bits.tsx';
import { CardItem } from './card.tsx';
import { type Frame, Page } from './layout.tsx';

/** What each column means, for whom it is empty. */
const meanings: Record<State, string> = {
  inbox:
    'New issues with the label `ticket` land here. Nothing starts from here before somebody releases it.',
  todo: 'Released tickets wait here for a free agent, the most urgent first.',
  in_progress: 'No agent works right now.',
  waiting: 'Parked, deferred or asking: only a new release, an answer or its own condition wakes a ticket.',
  blocked: 'Nothing is blocked. What fails too often comes here, with the reason, and a person is called.',
  review: 'Nothing to look at. Work that a person has to approve comes here.',
  done: 'What was finished lately is shown here; all of it is in the archive on the state branch.',
  cancelled: 'Nothing was cancelled lately.',
};

export interface BoardProps {
  frame: Frame;
  desk: string;
  deck: Deck;
  filter: Filter;
  /** A closed ticket that is looked for by its id. */
  found: string | null;
}

export function BoardPage({ frame, desk, deck, filter, found }: BoardProps) {
  const { now } = deck.scene;
  const lanes = lanesOf(deck, filter);
  const events = `/${desk}/events?${queryOf(filter)}`;
  const total = lanes.reduce((sum, { count }) => sum + count, 0);
  return (
    <Page
      frame={frame}
      title={`Board of ${desk}`}
      at="board"
      live={{ kind: 'board', events, version: deck.version }}
    >
      <h1 class="quiet">Board of {desk}</h1>
      <div data-top>
        <TopStrip top={deck.top} desk={desk} now={now} />
      </div>
      <FilterForm desk={desk} filter={filter} owners={ownersOf(deck)} />
      {found && (
        <p class="hint">
          <a href={`/${desk}/tickets/${found}`}>{found}</a> is closed: it is in the archive.
        </p>
      )}
      {total === 0 && <Nothing filter={filter} desk={desk} />}
      <nav class="lanes-nav" aria-label="Columns">
        {lanes.map(({ state, count }) => (
          <a href={`#lane-${state}`}>
            {stateWords(state)} <span data-count={state}>{count}</span>
          </a>
        ))}
      </nav>
      <div class="lanes">
        {lanes.map((lane) => (
          <LaneColumn lane={lane} desk={desk} now={now} />
        ))}
      </div>
    </Page>
  );
}

function LaneColumn({ lane: { state, cards, count }, desk, now }: { lane: Lane; desk: string; now: number }) {
  return (
    <section class={`lane ${state}`} aria-labelledby={`lane-${state}`} data-lane={state}>
      <h2 id={`lane-${state}`}>
        {stateWords(state)}{' '}
        <span class="count" data-count={state}>
          {count}
        </span>
      </h2>
      <ol>
        {cards.map((card) => (
          <CardItem card={card} desk={desk} now={now} />
        ))}
      </ol>
      <p class="empty">
        <Inline text={meanings[state]} />
      </p>
      {count > cards.length && <p class="more">and {count - cards.length} more: filter to see them</p>}
    </section>
  );
}

/** Agents, switches, and what needs a person. */
export function TopStrip({
  top: { agents, banners, needs },
  desk,
  now,
}: {
  top: Top;
  desk: string;
  now: number;
}) {
  return (
    <>
      {needs.length > 0 && (
        <section class="needs" aria-label="Needs a person">
          <h2>{needs.length === 1 ? 'One thing needs' : `${needs.length} things need`} a person</h2>
          <ul>
            {needs.slice(0, 8).map((need) => (
              <NeedItem need={need} desk={desk} now={now} />
            ))}
            {needs.length > 8 && <li>and {needs.length - 8} more</li>}
          </ul>
        </section>
      )}
      <div class="strip">
        {banners.map(({ text, by, since, until, resume }) => (
          <p class="switch">
            {text}
            {by && ` (${by}`}
            {by && since && (
              <>
                , <Time at={since} now={now} />
              </>
            )}
            {by && ')'}. <code>{resume}</code> in a comment, or <a href={`/${desk}/desk`}>its switches</a>,
            end it
            {until && (
              <>
                ; else it ends <Time at={until} now={now} />
              </>
            )}
            .
          </p>
        ))}
        {agents.length === 0 ? (
          <p class="hint">
            No agent is configured: name one under <code>agents</code> in <code>.github/signalbox.yml</code>.
          </p>
        ) : (
          <ul class="agents" aria-label="Agents">
            {agents.map(({ name, works, capacity, paused }) => (
              <li class={paused ? 'agent paused' : works >= capacity ? 'agent full' : 'agent'}>
                <span class="name">{name}</span>{' '}
                <span class="use">
                  {works} of {capacity}
                </span>
                {paused && (
                  <span class="why" title={paused.reason}>
                    {' '}
                    {paused.until ? 'paused, again' : 'paused'}
                    {paused.until && (
                      <>
                        {' '}
                        <Time at={paused.until} now={now} />
                      </>
                    )}
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function FilterForm({ desk, filter, owners }: { desk: string; filter: Filter; owners: readonly string[] }) {
  const isFiltered = filter.q || filter.owner || filter.priority;
  return (
    <search>
      <form class="filter" method="get" action={`/${desk}`}>
        <label>
          <span class="quiet">Text</span>
          <input type="search" name="q" value={filter.q} placeholder="Filter by text or id" />
        </label>
        <label>
          <span class="quiet">Owner</span>
          <select name="owner">
            <option value="">any owner</option>
            {owners.map((owner) => (
              <option value={owner} selected={owner === filter.owner}>
                {owner === '-' ? 'no owner' : owner}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="quiet">Priority</span>
          <select name="priority">
            <option value="">any priority</option>
            {priorities.map((priority) => (
              <option value={priority} selected={priority === filter.priority}>
                {priority}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Filter</button>
        {isFiltered && <a href={`/${desk}`}>Show all</a>}
      </form>
    </search>
  );
}

function Nothing({ filter, desk }: { filter: Filter; desk: string }) {
  const isFiltered = filter.q || filter.owner || filter.priority;
  if (isFiltered)
    return (
      <p class="hint">
        No ticket here fits this filter. <a href={`/${desk}`}>Show all</a>
      </p>
    );
  return (
    <p class="hint">
      No tickets yet. Give an issue the label <code>ticket</code>, and it lands in the inbox; add{' '}
      <code>release</code>, and an agent takes it.
    </p>
  );
}

function ownersOf({ cards }: Deck): string[] {
  return [...new Set(cards.map(({ owner }) => owner ?? '-'))].sort();
}

function queryOf(filter: Filter): string {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();
}
