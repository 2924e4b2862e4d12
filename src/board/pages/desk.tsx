import { priorities } from '../../ticket/format.ts';
import type { Top } from '../top.ts';
import type { FormFacts } from './act.tsx';
import { Code, Part, Time } from './bits.tsx';
import { type Frame, Page } from './layout.tsx';

/** What can be asked of a desk as a whole. */
export const switches = [
  { name: 'pause', label: 'Pause', does: 'Nothing starts. What runs goes on.', isGrave: false },
  {
    name: 'drain',
    label: 'Drain',
    does: 'Nothing starts, and what runs is stopped and parked: each waits for a release.',
    isGrave: true,
  },
  { name: 'resume', label: 'Resume', does: 'Tickets start again.', isGrave: false },
] as const;

export interface DeskPageProps {
  frame: Frame;
  desk: string;
  top: Top;
  now: number;
  /** Null for a stranger. */
  form: FormFacts | null;
  /** Owners that tickets have, or could have. */
  owners: readonly string[];
  /** What became of the last thing that this person asked here, and the words that were sent. */
  flash: { code: string; message: string } | null;
  sent: Readonly<Record<string, string>>;
}

/** Where people throw a desk's switches, and make tickets. */
export function DeskPage({ frame, desk, top, now, form, owners, flash, sent }: DeskPageProps) {
  return (
    <Page frame={frame} title={`Desk ${desk}`} at="desk">
      <div class="alone">
        <h1>{desk}</h1>
        {flash && (
          <p class={flash.code === 'ok' ? 'flash good' : 'flash bad'} role="alert">
            {flash.code !== 'ok' && <Code code={flash.code} />} {flash.message}
          </p>
        )}
        {form ? (
          <>
            <NewTicket desk={desk} form={form} owners={owners} sent={sent} />
            <Switches desk={desk} top={top} now={now} form={form} />
          </>
        ) : (
          <p class="hint">
            <a href={`/login?to=${encodeURIComponent(frame.path)}`}>Sign in</a> to make tickets, or to pause
            the desk.
          </p>
        )}
      </div>
    </Page>
  );
}

function Lacking({ needed }: { needed: string }) {
  return (
    <p class="hint">
      <Code code="not-permitted" /> This needs {needed} access to the repository, and you have less.
    </p>
  );
}

/** What every form carries. */
function Hidden({ form }: { form: FormFacts }) {
  return (
    <>
      <input type="hidden" name="csrf" value={form.csrf} />
      <input type="hidden" name="source" value={form.source} />
    </>
  );
}

function Switches({ desk, top, now, form }: { desk: string; top: Top; now: number; form: FormFacts }) {
  return (
    <Part title="Switches" id="switches">
      {top.banners.map(({ text, since }) => (
        <p class="switch">
          {text} {since && <Time at={since} now={now} />}
        </p>
      ))}
      {top.banners.length === 0 && <p class="hint">Nothing is paused.</p>}
      {!form.may('write') ? (
        <Lacking needed="write" />
      ) : (
        <section class="acts" aria-label="Acts">
          {switches.map((one) => (
            <details name="act" class={one.isGrave ? 'act grave' : 'act'} id={`act-${one.name}`}>
              <summary>{one.label}</summary>
              <form method="post" action={`/${desk}/desk/${one.name}`}>
                <Hidden form={form} />
                <p>{one.does}</p>
                <label for={`profile-${one.name}`}>Of whom</label>
                <select id={`profile-${one.name}`} name="profile">
                  <option value="">the whole desk</option>
                  {top.agents.map(({ name }) => (
                    <option value={name}>{name} alone</option>
                  ))}
                </select>
                {one.name !== 'resume' && (
                  <>
                    <label for={`reason-${one.name}`}>Why</label>
                    <input id={`reason-${one.name}`} name="reason" maxlength={300} />
                    <small>Kept where one agent is meant.</small>
                  </>
                )}
                <button type="submit" class={one.isGrave ? 'grave' : ''}>
                  {one.label}
                </button>
              </form>
            </details>
          ))}
        </section>
      )}
    </Part>
  );
}

function NewTicket({
  desk,
  form,
  owners,
  sent,
}: Pick<DeskPageProps, 'desk' | 'owners' | 'sent'> & { form: FormFacts }) {
  if (!form.may('triage'))
    return (
      <Part title="New ticket" id="new">
        <Lacking needed="triage" />
      </Part>
    );
  return (
    <Part title="New ticket" id="new">
      <form method="post" action={`/${desk}/desk/new`}>
        <Hidden form={form} />
        <label for="title">Title</label>
        <input id="title" name="title" required maxlength={256} value={sent.title ?? ''} />
        <label for="body">What is to be done</label>
        <textarea id="body" name="body" rows={6} maxlength={30_000}>
          {sent.body ?? ''}
        </textarea>
        <label for="owner">Owner</label>
        <input id="owner" name="owner" list="owners" maxlength={100} value={sent.owner ?? ''} />
        <datalist id="owners">
          {owners.map((name) => (
            <option value={name} />
          ))}
        </datalist>
        <small>An agent, or a person; may be empty.</small>
        <label for="priority">Priority</label>
        <select id="priority" name="priority">
          {priorities.map((one) => (
            <option value={one} selected={one === (sent.priority ?? 'normal')}>
              {one}
            </option>
          ))}
        </select>
        <label for="wait">Born waiting</label>
        <input id="wait" name="wait" maxlength={500} value={sent.wait ?? ''} />
        <small>
          Empty: it lies in the inbox until somebody releases it. Else a reason, or a condition: “until monday
          9:00”, “when luci is idle”, “after MC-7 is done”.
        </small>
        <label>
          <input type="checkbox" name="mirror" value="yes" checked={sent.mirror === 'yes'} /> Its work is
          launched elsewhere, and only shown here
        </label>
        <button type="submit">Make the ticket</button>
      </form>
    </Part>
  );
}
