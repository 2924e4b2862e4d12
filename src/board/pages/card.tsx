import { actsFor } from '../acts.ts';
import type { Card } from '../cards.ts';
import { Code, Moments, PriorityMark, Time } from './bits.tsx';

/** A ticket on the board. The same for everybody: what somebody may do is asked when they do it. */
export function CardItem({ card, desk, now }: { card: Card; desk: string; now: number }) {
  const { id, title, state, owner, phase, hold, created, note, code, since, run, stopping } = card;
  const path = `/${desk}/tickets/${id}`;
  return (
    <li class={`card ${state}`} id={`card-${id}`} data-card={id}>
      <h3>
        <a href={path}>
          <span class="id">{id}</span> {title}
        </a>
      </h3>
      <CardMenu card={card} path={path} />
      <p class="marks">
        <PriorityMark priority={card.priority} />
        <span class="owner">{owner ?? 'no owner'}</span>
        {phase && <span class="phase">{phase}</span>}
        {hold && <span class="mark held">held</span>}
        {stopping !== null && <span class="mark stopping">stopping #{stopping}</span>}
        {created && (
          <span class="age">
            <span class="quiet">created </span>
            <Time at={created} now={now} />
          </span>
        )}
      </p>
      {run && (
        <p class="run">
          {run.bound ? (
            <>
              <span class="pulse" aria-hidden="true" />
              {run.agent} works #{run.attempt} · <Time at={run.started} now={now} />
              {run.sign && (
                <>
                  , alive <Time at={run.sign} now={now} />
                </>
              )}
            </>
          ) : (
            <>
              #{run.attempt} for {run.agent}: its run is being started
            </>
          )}
        </p>
      )}
      {(note || code) && (
        <p class="note">
          {code && <Code code={code} />} <Moments text={note} />
          {since && (
            <>
              {' · '}
              <Time at={since} now={now} />
            </>
          )}
        </p>
      )}
    </li>
  );
}

function CardMenu({ card: { id, state, hold, isBroken }, path }: { card: Card; path: string }) {
  if (isBroken) return null;
  const acts = actsFor({ state, hold, question: false, mirror: false }).filter(({ quick }) => quick);
  if (acts.length === 0) return null;
  return (
    <details class="menu">
      <summary aria-label={`Acts on ${id}`}>⋯</summary>
      <ul>
        {acts.map(({ name, label }) => (
          <li>
            <a href={`${path}/${name}`}>{label}…</a>
          </li>
        ))}
      </ul>
    </details>
  );
}
