import type { Places } from '../places.ts';
import type { Happening } from '../timeline.ts';
import { Away, Part, Time, Words } from './bits.tsx';

/** Of more characters the beginning is shown, the rest on demand. */
const shownMax = 280;

export function Timeline({
  happenings,
  missing,
  places,
  now,
}: {
  happenings: readonly Happening[];
  missing: readonly string[];
  places: Places;
  now: number;
}) {
  return (
    <Part title="Activity" id="activity">
      {missing.length > 0 && (
        <p class="hint">
          Without what could not be read just now: {missing.join(', ')}. The log of the app says why.
        </p>
      )}
      {happenings.length === 0 && <p class="hint">Nothing has happened yet.</p>}
      <ol class="timeline">
        {happenings.map(({ kind, at, by, title, text, isOurs, commit }) => (
          <li class={`happening ${kind}`}>
            <p>
              <span class="kind">{kind}</span> <span class="title">{title}</span> <span class="by">{by}</span>{' '}
              <Time at={at} now={now} />
              {commit && (
                <>
                  {' '}
                  <Away href={places.commit(commit)}>
                    <code>{commit.slice(0, 7)}</code>
                  </Away>
                </>
              )}
            </p>
            {text && <Said text={text} isOurs={isOurs} />}
          </li>
        ))}
      </ol>
    </Part>
  );
}

function Said({ text, isOurs }: { text: string; isOurs: boolean }) {
  const whole = isOurs ? <Words text={text} /> : <div class="text">{text}</div>;
  if (text.length <= shownMax) return <div class="said">{whole}</div>;
  const [first = ''] = text.replaceAll('*', '').split('\n');
  return (
    <details>
      <summary>{first.slice(0, 120)}…</summary>
      {whole}
    </details>
  );
}
