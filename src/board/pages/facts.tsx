import type { Child } from 'hono/jsx';
import { usedWords } from '../../ticket/budget-words.ts';
import { agentOf } from '../../ticket/claim.ts';
import { partsShown } from '../../ticket/family.ts';
import type { Ticket } from '../../ticket/format.ts';
import { gateAsks, gateLines } from '../../ticket/gate-words.ts';
import { person } from '../../ticket/phases.ts';
import { stateWords } from '../../ticket/states.ts';
import { closedAt } from '../cards.ts';
import type { Deck } from '../deck.ts';
import type { Places } from '../places.ts';
import type { Story } from '../story.ts';
import { Away, Time } from './bits.tsx';

interface FactsProps {
  ticket: Ticket;
  desk: string;
  deck: Deck;
  places: Places;
  story: Story;
}

/** What is short and always there: runtime, people, timing, phases. */
export function Facts(props: FactsProps) {
  return (
    <aside aria-label="Facts">
      <Runtime {...props} />
      <People {...props} />
      <Family {...props} />
      <Phases {...props} />
      <Timing {...props} />
      <Kept {...props} />
    </aside>
  );
}

function Group({ title, children }: { title: string; children: Child }) {
  return (
    <section class="facts">
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Runtime({ ticket, deck }: FactsProps) {
  const { attempt } = ticket;
  const { now } = deck.scene;
  const card = deck.cards.find(({ id }) => id === ticket.id);
  if (!attempt) {
    const last = ticket.attempts.at(-1);
    return (
      <Group title="Runtime">
        <Fact name="Run">
          {last?.run ? (
            <>
              <Away href={last.run.url}>run {last.run.id}</Away>, {last.stopped ? 'closed' : 'being stopped'}
            </>
          ) : (
            'none has run'
          )}
        </Fact>
      </Group>
    );
  }
  return (
    <Group title="Runtime">
      <Fact name="Run">
        {attempt.run ? (
          <>
            <Away href={attempt.run.url}>run {attempt.run.id}</Away>, live
          </>
        ) : (
          'being started'
        )}
      </Fact>
      <Fact name="Agent">{attempt.agent}</Fact>
      <Fact name="Started">
        <Time at={attempt.run?.started ?? attempt.claimed} now={now} />
      </Fact>
      {attempt.run && (
        <Fact name="Last check-in">
          <Time at={card?.run?.sign ?? attempt.run.started} now={now} />
        </Fact>
      )}
      <Fact name={attempt.run ? 'Time limit' : 'To start by'}>
        <Time at={attempt.check_in_by} now={now} />
      </Fact>
    </Group>
  );
}

function People({ ticket, deck, places }: FactsProps) {
  const { owner, released, waiting } = ticket;
  const agent = agentOf(ticket, deck.scene.config);
  const isPerson = owner !== null && agent === null;
  return (
    <Group title="People">
      <Fact name="Owner">
        {owner === null ? 'nobody' : isPerson ? <Away href={places.person(owner)}>{owner}</Away> : owner}
      </Fact>
      {agent && agent !== owner && <Fact name="Works it">{agent}</Fact>}
      {released && (
        <Fact name="Released by">
          <Away href={places.person(released.by)}>{released.by}</Away>,{' '}
          <Time at={released.at} now={deck.scene.now} />
        </Fact>
      )}
      {waiting && (
        <Fact name="Waits by word of">
          {waiting.by}, <Time at={waiting.since} now={deck.scene.now} />
        </Fact>
      )}
    </Group>
  );
}

/** What the phase in review waits for, and what of it was met: by whom, when, of which commit. */
function Gates({ ticket, deck }: Pick<FactsProps, 'ticket' | 'deck'>) {
  return (
    <ul class="gates">
      {gateLines(ticket, deck.scene.config).map(({ name, asks, met }) => (
        <li class={met ? 'met' : 'open'}>
          {name}: {met ?? `not yet: ${asks}`}
        </li>
      ))}
    </ul>
  );
}

/** What must be done before it, what it is a part of, and its own parts. */
function Family({ ticket, deck, desk }: FactsProps) {
  const { after, parent } = ticket;
  const parts = deck.scene.view.partsOf(ticket);
  if (after.length === 0 && parent === null && parts.length === 0) return null;
  const link = (id: string) => <a href={`/${desk}/tickets/${id}`}>{id}</a>;
  const { count, first, more } = partsShown(parts);
  return (
    <Group title="Other tickets">
      {after.length > 0 && (
        <Fact name="Done before">
          {after.map((id, at) => (
            <>
              {at > 0 && ', '}
              {link(id)}
            </>
          ))}
        </Fact>
      )}
      {parent !== null && <Fact name="Part of">{link(parent)}</Fact>}
      {parts.length > 0 && (
        <Fact name="Its parts">
          {count}
          <ul>
            {first.map(({ id, state }) => (
              <li>
                {link(id)} {stateWords(state)}
              </li>
            ))}
            {more > 0 && <li>and {more} more</li>}
          </ul>
        </Fact>
      )}
    </Group>
  );
}

function Phases({ ticket, deck }: FactsProps) {
  const { phases, phase, state } = ticket;
  const at = phases.indexOf(phase);
  return (
    <section class="facts">
      <h2>Phases</h2>
      <ol class="phases">
        {phases.map((name, index) => {
          const { agent, reviews, gate = [], needs } = deck.scene.config.phases[name] ?? {};
          const isHere = index === at && state !== 'done';
          const isPast = index < at || state === 'done';
          const asks = [
            agent && `${reviews ? 'reviewed ' : ''}by ${agent === person ? 'a person' : agent}`,
            ...gate.map(gateAsks),
            needs && `needs a ${needs}`,
          ];
          return (
            <li
              class={isHere ? 'here' : isPast ? 'past' : ''}
              {...(isHere ? { 'aria-current': 'step' } : {})}
            >
              {name}
              <small>{asks.filter(Boolean).join(', ')}</small>
              {isHere && state === 'review' && <Gates ticket={ticket} deck={deck} />}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Timing({ ticket, deck }: FactsProps) {
  const { created, not_before: notBefore, lifetime, state } = ticket;
  const { now, config } = deck.scene;
  const closed = state === 'done' || state === 'cancelled' ? closedAt(ticket) : null;
  const used = usedWords(ticket, config);
  return (
    <Group title="Timing">
      {created && (
        <Fact name="Created">
          <Time at={created} now={now} />
        </Fact>
      )}
      {closed && (
        <Fact name="Closed">
          <Time at={closed} now={now} />
        </Fact>
      )}
      {notBefore && (
        <Fact name="Not before">
          <Time at={notBefore} now={now} />
        </Fact>
      )}
      <Fact name="Attempts">{lifetime.attempts}</Fact>
      <Fact name="Retries">
        {lifetime.retries} of {config.limits.retries + lifetime.granted}
      </Fact>
      <Fact name="Agents' time">{Math.round(lifetime.minutes)} min</Fact>
      {used && <Fact name="Used">{used}</Fact>}
    </Group>
  );
}

function Kept({ ticket, deck, places, story }: FactsProps) {
  const { branch } = deck.scene.config;
  const isShown = ticket.attempts.some(({ work }) => work !== undefined);
  return (
    <Group title="Where it is kept">
      <Fact name="File">
        <Away href={places.file(branch, story.file.path)}>{story.file.path}</Away>
      </Fact>
      {isShown && (
        <Fact name="Work">
          <Away href={places.branch(`ticket/${ticket.id}`)}>{`ticket/${ticket.id}`}</Away>
        </Fact>
      )}
    </Group>
  );
}
