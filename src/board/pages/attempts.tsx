import { stopping } from '../../ticket/attempts.ts';
import type { ClosedAttempt, Ticket } from '../../ticket/format.ts';
import { workPlace } from '../../ticket/report.ts';
import type { Places } from '../places.ts';
import { Away, Inline, Part, Time } from './bits.tsx';

/** The attempts of a ticket, the latest first, each with its outcome and where its work and its run are. */
export function Attempts({ ticket, places, now }: { ticket: Ticket; places: Places; now: number }) {
  const { attempt, attempts } = ticket;
  if (!attempt && attempts.length === 0) return null;
  return (
    <Part title="Attempts" id="attempts">
      <ol class="attempts" reversed>
        {attempt && (
          <li class="attempt open">
            <h3>
              #{attempt.number} {attempt.phase} by {attempt.agent} <span class="outcome live">at work</span>
            </h3>
            <p>
              claimed <Time at={attempt.claimed} now={now} />
              {attempt.run && (
                <>
                  , <Away href={attempt.run.url}>run {attempt.run.id}</Away> since{' '}
                  <Time at={attempt.run.started} now={now} />
                </>
              )}
            </p>
          </li>
        )}
        {[...attempts].reverse().map((one) => (
          <ClosedItem ticket={ticket} attempt={one} places={places} now={now} />
        ))}
      </ol>
    </Part>
  );
}

function ClosedItem({
  ticket,
  attempt,
  places,
  now,
}: {
  ticket: Ticket;
  attempt: ClosedAttempt;
  places: Places;
  now: number;
}) {
  const { number, phase, agent, outcome, by, run, ended, stopped, reason, report, work, said, accepted } =
    attempt;
  const isStopping = stopping(ticket).includes(attempt);
  return (
    <li class={`attempt ${outcome}`}>
      <h3>
        #{number} {phase} by {agent} <span class={`outcome ${outcome}`}>{outcome}</span>
        {isStopping && <span class="mark stopping">being stopped</span>}
        {accepted && <span class="mark">accepted later by {accepted.by}</span>}
      </h3>
      <p>
        ended <Time at={ended} now={now} /> by {by}
        {run && (
          <>
            , <Away href={run.url}>run {run.id}</Away>
          </>
        )}
        {work && (
          <>
            , work <Away href={places.commit(work)}>{work.slice(0, 8)}</Away>
          </>
        )}
        {stopped && stopped !== ended && (
          <>
            , seen to have ended <Time at={stopped} now={now} />
          </>
        )}
      </p>
      {report ? (
        <dl class="report">
          <dt>Cause</dt>
          <dd>{report.root_cause}</dd>
          <dt>Seen</dt>
          <dd>{report.stop_condition}</dd>
          <dt>Safe to retry</dt>
          <dd>{report.safe_retry ? 'yes' : 'no'}</dd>
          <dt>Next</dt>
          <dd>
            {report.next_actions.map((action) => (
              <span class="line">
                <Inline text={action} />
              </span>
            ))}
          </dd>
          <dt>Last words</dt>
          <dd>
            <div class="text">{report.summary}</div>
          </dd>
        </dl>
      ) : (
        reason && <div class="text">{reason}</div>
      )}
      {said && <SaidDetails said={said} />}
      {run && !work && (
        <p class="hint">
          Work kept: <Inline text={workPlace(ticket, attempt)} />
        </p>
      )}
    </li>
  );
}

function SaidDetails({ said }: { said: NonNullable<ClosedAttempt['said']> }) {
  const { evidence = [], artifacts = [], next_actions: next = [], no_commit: none } = said;
  return (
    <details>
      <summary>What it brought</summary>
      {none && <p>No commit, because: {none}</p>}
      {evidence.map(({ command, exit, output }) => (
        <>
          <p>
            <code>{command}</code>
            {exit !== null && ` ended with ${exit}`}
          </p>
          {output && <pre>{output}</pre>}
        </>
      ))}
      {artifacts.length > 0 && (
        <ul aria-label="Artifacts">
          {artifacts.map((one) => (
            <li>
              <Away href={one}>{one}</Away>
            </li>
          ))}
        </ul>
      )}
      {next.length > 0 && (
        <ul aria-label="What should be done next">
          {next.map((one) => (
            <li>{one}</li>
          ))}
        </ul>
      )}
    </details>
  );
}
