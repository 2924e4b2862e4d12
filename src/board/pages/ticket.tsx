import type { Ticket } from '../../ticket/format.ts';
import { unmetGates } from '../../ticket/gates.ts';
import { gateName } from '../../ticket/phases.ts';
import { stateWords } from '../../ticket/states.ts';
import { actsFor } from '../acts.ts';
import type { Deck } from '../deck.ts';
import type { Places } from '../places.ts';
import type { Story } from '../story.ts';
import { ActForm, type FormFacts } from './act.tsx';
import { Attempts } from './attempts.tsx';
import { Away, Code, Inline, Part, PriorityMark, Time, Words } from './bits.tsx';
import { Facts } from './facts.tsx';
import { type Frame, Page } from './layout.tsx';
import { LogTail } from './log.tsx';
import { Reports } from './outside.tsx';
import { Quarantine } from './quarantine.tsx';
import { Timeline } from './timeline.tsx';

export interface TicketProps {
  frame: Frame;
  desk: string;
  id: string;
  deck: Deck;
  story: Story;
  places: Places;
  /** What a person may ask here, and the parts of a form that asks it; null for a stranger. */
  form: FormFacts | null;
  /** What became of the last thing that this person asked. */
  flash: { code: string; message: string } | null;
}

export function TicketPage(props: TicketProps) {
  const { frame, desk, id, deck, story, flash } = props;
  const { ticket, broken, path } = story.file;
  return (
    <Page
      frame={frame}
      title={`${id} ${ticket?.title ?? ''}`}
      live={{ kind: 'ticket', events: `/${desk}/tickets/${id}/events`, version: deck.version }}
    >
      <div class="ticket" data-swap>
        {flash && (
          <p class={flash.code === 'ok' ? 'flash good' : 'flash bad'} role="alert">
            {flash.code !== 'ok' && <Code code={flash.code} />} {flash.message}
          </p>
        )}
        {ticket ? (
          <Whole {...props} ticket={ticket} />
        ) : (
          <>
            <h1>
              <span class="id">{id}</span> Its file cannot be read
            </h1>
            <p class="flash bad">
              <Code code={broken?.code ?? 'bad-yaml'} /> {path}: {broken?.message}
            </p>
            <p>Nothing happens to this ticket until the file is mended; Signalbox never rewrites it.</p>
          </>
        )}
      </div>
    </Page>
  );
}

function Whole(props: TicketProps & { ticket: Ticket }) {
  const { ticket, desk, story, deck, places, form } = props;
  const { now } = deck.scene;
  return (
    <>
      <Heading {...props} />
      <div class="columns">
        <div>
          <Stands {...props} />
          {ticket.waiting?.question !== undefined && <Question ticket={ticket} />}
          <Acts {...props} />
          <Part title="Description" id="description">
            {ticket.body.trim() ? (
              <div class="text">{ticket.body.trim()}</div>
            ) : (
              <p class="hint">No description. What an agent is told is the title alone.</p>
            )}
          </Part>
          <Quarantine entries={story.entries} desk={desk} id={ticket.id} form={form} now={now} />
          <Reports ticket={ticket} now={now} />
          <Attempts ticket={ticket} places={places} now={now} />
          <LogTail run={story.run} now={now} />
          <Timeline happenings={story.happenings} missing={story.missing} places={places} now={now} />
        </div>
        <Facts ticket={ticket} desk={desk} deck={deck} places={places} story={story} />
      </div>
    </>
  );
}

function Heading({ ticket, desk, places }: TicketProps & { ticket: Ticket }) {
  const { id, title, state, hold, priority, issue } = ticket;
  return (
    <div class="heading">
      <p class="crumbs">
        <a href={`/${desk}`}>Board</a>
        {issue !== null && (
          <>
            {' · '}
            <Away href={places.issue(issue)}>issue #{issue}</Away>
          </>
        )}
      </p>
      <h1>
        <span class="id">{id}</span> {title}
      </h1>
      <p class="marks">
        <span class={`state ${state}`}>{stateWords(state)}</span>
        {hold && <span class="mark held">held</span>}
        <PriorityMark priority={priority} />
      </p>
    </div>
  );
}

/** Where the ticket stands, what comes next, and every reason why it does not run. */
function Stands({ ticket, story, deck }: TicketProps & { ticket: Ticket }) {
  const { reasons, next } = story.why;
  const { now } = deck.scene;
  return (
    <section class={`stands ${ticket.state}`} aria-label="What comes next">
      <Words text={next} />
      {reasons.length > 0 && (
        <dl class="reasons">
          {reasons.map(({ code, message, since, change }) => (
            <>
              <dt>
                <Code code={code} />
                {since && (
                  <span class="quiet-line">
                    {' '}
                    <Time at={since} now={now} />
                  </span>
                )}
              </dt>
              <dd>
                <Inline text={message} />
                {change && change !== next && (
                  <span class="remedy">
                    {' '}
                    <Inline text={change} />
                  </span>
                )}
              </dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}

function Question({ ticket: { waiting } }: { ticket: Ticket }) {
  return (
    <section class="question" aria-label="The agent asks">
      <h2>Its agent asks</h2>
      <div class="text">{waiting?.question}</div>
      {waiting?.options && (
        <ol>
          {waiting.options.map((option) => (
            <li>{option}</li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Acts({ ticket, desk, form, deck, frame }: TicketProps & { ticket: Ticket }) {
  const { state, hold, waiting, mirror } = ticket;
  const open = unmetGates(ticket, deck.scene.config).map(gateName);
  const acts = actsFor({ state, hold, question: waiting?.question !== undefined, mirror, open });
  if (acts.length === 0) return null;
  if (!form)
    return (
      <p class="acts hint">
        <a href={`/login?to=${encodeURIComponent(frame.path)}`}>Sign in</a> to{' '}
        {acts.map(({ label }) => label.toLowerCase()).join(', ')} it.
      </p>
    );
  return (
    <section class="acts" aria-label="Acts">
      {acts.map((act) => (
        <details name="act" class={act.isGrave ? 'act grave' : 'act'} id={`act-${act.name}`}>
          <summary>{act.label}</summary>
          <ActForm act={act} ticket={ticket} desk={desk} form={form} config={deck.scene.config} />
        </details>
      ))}
    </section>
  );
}
