import type { RunSight } from '../story.ts';
import { Away, Part, Time } from './bits.tsx';

/**
 * As much of a run as GitHub shows through its API: while it works its steps, and what was said with the work that was saved last,
 * since GitHub gives no log of a job before it has ended; then the end of that.
 */
export function LogTail({ run, now }: { run: RunSight | null; now: number }) {
  if (!run) return null;
  const { attempt, url, steps, tail, isLive, said } = run;
  return (
    <Part title={`Log of attempt ${attempt}`} id="log">
      {steps.length > 0 && (
        <ol class="steps" aria-label="Steps">
          {steps.map(({ name, status }) => (
            <li class={`step ${status}`}>
              <span class="status">{status.replaceAll('_', ' ')}</span> {name}
            </li>
          ))}
        </ol>
      )}
      {said && (
        <>
          <p>
            Last sign of life <Time at={said.at} now={now} />:
          </p>
          <div class="text">{said.words}</div>
        </>
      )}
      {tail === null ? (
        <p class="hint">
          {isLive
            ? 'GitHub gives the text of a log when its job has ended; until then it is read on '
            : 'GitHub has no log of it any more. What there is of it is on '}
          <Away href={url}>the page of the run</Away>.
        </p>
      ) : (
        <div class="log" tabindex={0}>
          <pre>{tail}</pre>
        </div>
      )}
    </Part>
  );
}
