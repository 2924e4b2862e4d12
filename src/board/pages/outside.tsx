import type { Ticket } from '../../ticket/format.ts';
import { elsewhere } from '../../ticket/outside-words.ts';
import { stateWords } from '../../ticket/states.ts';
import { Away, Part, Time } from './bits.tsx';

/** What was said of work that is done elsewhere, the latest first. */
export function Reports({ ticket: { mirror, reports }, now }: { ticket: Ticket; now: number }) {
  if (!mirror) return null;
  return (
    <Part title="Reports" id="reports">
      <p class="hint">
        {elsewhere} {reports.length === 0 && 'Nothing was reported yet.'}
      </p>
      <ol class="attempts" reversed>
        {[...reports].reverse().map(({ state, summary, link, by, at }) => (
          <li class="attempt">
            <h3>
              {stateWords(state)} <span class="outcome">by {by}</span>
            </h3>
            <p>
              <Time at={at} now={now} />
              {link && (
                <>
                  , <Away href={link}>{link}</Away>
                </>
              )}
            </p>
            {summary && <div class="text">{summary}</div>}
          </li>
        ))}
      </ol>
    </Part>
  );
}
