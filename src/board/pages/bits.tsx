import type { Child } from 'hono/jsx';
import { isoSeconds } from '../../base/clock.ts';
import type { Priority } from '../../ticket/format.ts';
import { relativeTime } from '../times.ts';
import type { Need } from '../top.ts';

/*
 * The small parts that every page is made of. What is put between tags or into attributes is escaped by Hono; addresses
 * are looked at here, since one of a ticket's file may be anything.
 */

/** A moment, as how long ago it is; the exact one shows on hover, and to programs. */
export function Time({ at, now }: { at: string | number; now: number }) {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(ms)) return <span>{String(at)}</span>;
  const exact = isoSeconds(ms);
  return (
    <time datetime={exact} title={exactly(exact)}>
      {relativeTime(ms - now)}
    </time>
  );
}

const instant = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Words in which moments are written out in full, as people write them; the exact one shows on hover. */
export function Moments({ text }: { text: string }) {
  return (
    <>
      {text.split(instant).map((part) => {
        if (!instant.test(part)) return part;
        const at = new Date(part);
        const clock = part.slice(11, 16);
        return (
          <span class="moment" title={exactly(part)}>
            {at.getUTCDate()} {months[at.getUTCMonth()]} {clock} UTC
          </span>
        );
      })}
    </>
  );
}

const exactly = (iso: string): string => iso.replace('T', ' ').replace('Z', ' UTC');

/** A link to somewhere else; words alone where the address is none that a browser should follow. */
export function Away({ href, children }: { href: string; children: Child }) {
  if (!/^https?:\/\//i.test(href)) return <span>{children}</span>;
  return (
    <a href={href} rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** Our own sentences: code between backticks, quotations behind `>`, lists behind `-`; everything else as it is. */
export function Words({ text }: { text: string }) {
  return (
    <>
      {blocksOf(text).map(({ kind, lines }) => {
        if (kind === 'quote')
          return (
            <blockquote>
              {lines.map((line, at) => (
                <>
                  {at > 0 && <br />}
                  <Inline text={line} />
                </>
              ))}
            </blockquote>
          );
        if (kind === 'list')
          return (
            <ul>
              {lines.map((line) => (
                <li>
                  <Inline text={line} />
                </li>
              ))}
            </ul>
          );
        return (
          <p>
            <Inline text={lines.join('\n')} />
          </p>
        );
      })}
    </>
  );
}

/** One line of ours, with code between backticks and what is strong between two stars. */
export function Inline({ text }: { text: string }) {
  const parts = text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/);
  return (
    <>
      {parts.map((part) => {
        if (/^`.+`$/.test(part)) return <code>{part.slice(1, -1)}</code>;
        if (/^\*\*.+\*\*$/.test(part)) return <strong>{part.slice(2, -2)}</strong>;
        return <Moments text={part.replaceAll('\u200b', '')} />;
      })}
    </>
  );
}

interface Block {
  kind: 'text' | 'quote' | 'list';
  lines: string[];
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let isNew = true;
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      isNew = true;
      continue;
    }
    const [, sign, rest = ''] = /^\s*(>|-|\d+\.) ?(.*)$/.exec(line) ?? [];
    const kind = sign === undefined ? 'text' : sign === '>' ? 'quote' : 'list';
    const last = blocks.at(-1);
    const words = kind === 'text' ? line : rest;
    if (!isNew && last?.kind === kind) last.lines.push(words);
    else blocks.push({ kind, lines: [words] });
    isNew = false;
  }
  return blocks;
}

export function PriorityMark({ priority }: { priority: Priority }) {
  return priority === 'normal' ? null : <span class={`mark priority-${priority}`}>{priority}</span>;
}

/** A stable reason code, for people to look up and for programs to find. */
export function Code({ code }: { code: string }) {
  return <code class="code">{code}</code>;
}

/** A part of a page, under its heading. */
export function Part({ title, id, children }: { title: string; id: string; children: Child }) {
  return (
    <section class="part" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** Something for which a person is needed, as an item of a list. */
export function NeedItem({ need, desk, now }: { need: Need; desk: string; now: number }) {
  const { ticket, code, text, since } = need;
  return (
    <li>
      <Code code={code} /> {ticket && <a href={`/${desk}/tickets/${ticket}`}>{ticket}</a>}{' '}
      <Inline text={text} />
      {since && (
        <>
          {' · '}
          <Time at={since} now={now} />
        </>
      )}
    </li>
  );
}
