import { whatItDoes } from '../../ticket/act-words.ts';
import type { Config } from '../../ticket/config.ts';
import type { Ticket } from '../../ticket/format.ts';
import { glanceOf } from '../../ticket/glance.ts';
import { type Act, neededFor } from '../acts.ts';
import { Code, Words } from './bits.tsx';
import { type Frame, Page } from './layout.tsx';

/** What a form that asks something carries. */
export interface FormFacts {
  csrf: string;
  /** Names this asking: pressed twice it is one. */
  source: string;
  /** Whether this person may ask what needs this. */
  may(needed: 'triage' | 'write'): boolean;
}

interface ActFormProps {
  act: Act;
  ticket: Ticket;
  desk: string;
  form: FormFacts;
  config: Config;
  /** Words that were sent before. */
  words?: string;
  digest?: string;
}

/** Says what an act does before it does it, and what it will stop. */
export function ActForm({ act, ticket, desk, form, config, words = '', digest }: ActFormProps) {
  const { name, label, isGrave } = act;
  const needed = neededFor(name);
  if (!form.may(needed))
    return (
      <p class="hint">
        <Code code="not-permitted" /> This needs {needed} access to the repository, and you have less.
      </p>
    );
  return (
    <form method="post" action={`/${desk}/tickets/${ticket.id}/${name}`}>
      <input type="hidden" name="csrf" value={form.csrf} />
      <input type="hidden" name="source" value={form.source} />
      <input type="hidden" name="saw" value={glanceOf(ticket)} />
      {digest && <input type="hidden" name="digest" value={digest} />}
      <Words text={whatItDoes(name, ticket, config)} />
      <Field act={act} words={words} ticket={ticket} />
      <button type="submit" class={isGrave ? 'grave' : ''}>
        {label} {ticket.id}
      </button>
    </form>
  );
}

function Field({ act, words, ticket }: Pick<ActFormProps, 'act' | 'ticket'> & { words: string }) {
  if (!act.field) return null;
  const { label, hint, isNeeded, choices } = act.field;
  const id = `words-${act.name}`;
  const chosen = words || ticket.priority;
  return (
    <>
      <label for={id}>{label}</label>
      {choices ? (
        <select id={id} name="words">
          {choices.map((choice) => (
            <option value={choice} selected={choice === chosen}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <textarea id={id} name="words" rows={2} maxlength={8000} {...(isNeeded ? { required: true } : {})}>
          {words}
        </textarea>
      )}
      <small>{hint}</small>
    </>
  );
}

export interface ActPageProps extends ActFormProps {
  frame: Frame;
  refused: { code: string; message: string } | null;
}

/** One act by itself: where a card's menu leads, and where a refusal is read. */
export function ActPage({ frame, refused, ...props }: ActPageProps) {
  const { act, ticket, desk } = props;
  return (
    <Page frame={frame} title={`${act.label} ${ticket.id}`}>
      <div class="alone">
        <p class="crumbs">
          <a href={`/${desk}`}>Board</a> · <a href={`/${desk}/tickets/${ticket.id}`}>{ticket.id}</a>
        </p>
        <h1>
          {act.label} <span class="id">{ticket.id}</span>
        </h1>
        <p>{ticket.title}</p>
        {refused && (
          <p class="flash bad" role="alert">
            <Code code={refused.code} /> {refused.message}
          </p>
        )}
        <ActForm {...props} />
        <p>
          <a href={`/${desk}/tickets/${ticket.id}`}>Leave it as it is</a>
        </p>
      </div>
    </Page>
  );
}
