import type { Entry } from '../../ticket/decision.ts';
import type { FormFacts } from './act.tsx';
import { Code, Part, Time } from './bits.tsx';

/** Refused signals of a ticket, each with what may be done about it. */
export function Quarantine({
  entries,
  desk,
  id,
  form,
  now,
}: {
  entries: readonly Entry[];
  desk: string;
  id: string;
  form: FormFacts | null;
  now: number;
}) {
  if (entries.length === 0) return null;
  return (
    <Part title="Quarantine" id="quarantine">
      <p class="hint">What was refused counts for nothing, and is kept whole until somebody decides.</p>
      <ul class="entries">
        {entries.map((entry) => (
          <EntryItem entry={entry} path={`/${desk}/tickets/${id}`} form={form} now={now} />
        ))}
      </ul>
    </Part>
  );
}

function EntryItem({
  entry,
  path,
  form,
  now,
}: {
  entry: Entry;
  path: string;
  form: FormFacts | null;
  now: number;
}) {
  const { kept, attempt, digest } = entry;
  if (!kept)
    return (
      <li>
        <code>{digest.slice(0, 12)}</code> cannot be read.
      </li>
    );
  const isReadable = !('unreadable' in kept.signal);
  const said =
    'unreadable' in kept.signal
      ? kept.signal.unreadable
      : `${kept.signal.kind.toUpperCase()}: ${kept.signal.summary}`;
  const isAcceptable =
    isReadable && kept.channel !== 'push' && 'kind' in kept.signal && kept.signal.kind !== 'failed';
  const may = form?.may('write') ?? false;
  return (
    <li>
      <p>
        <Code code={kept.code} />{' '}
        {kept.channel === 'push' ? `pushed by ${kept.actor}` : `attempt ${attempt}, by ${kept.channel}`}{' '}
        <Time at={kept.at} now={now} />: {kept.reason}
      </p>
      <div class="text">{said}</div>
      {may && (
        <p class="buttons">
          {isAcceptable && (
            <a class="button" href={`${path}/accept?digest=${digest}`}>
              Accept…
            </a>
          )}
          <a class="button" href={`${path}/discard?digest=${digest}`}>
            Discard…
          </a>
        </p>
      )}
    </li>
  );
}
