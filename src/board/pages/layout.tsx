import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';

/** What every page needs to know of who looks, and where. */
export interface Frame {
  /** Signed in as; null for a stranger. */
  login: string | null;
  /** Of forms that end the session. */
  csrf: string;
  /** Where the page is, to come back to after a sign-in. */
  path: string;
  /** `acme/desk`; null where the page is about none. */
  desk: string | null;
  /** Other repositories that may be seen. */
  desks: readonly string[];
}

export interface PageProps {
  frame: Frame;
  title: string;
  /** Which part of the desk is shown. */
  at?: 'board' | 'desk' | 'health';
  /** How the script keeps it current: by what it is told, or (`again`) by loading it every ten seconds. */
  live?: { kind: 'board' | 'ticket' | 'again'; events: string; version: string };
  children: Child;
}

export function Page({ frame, title, at, live, children }: PageProps) {
  const { desk } = frame;
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${title} · Signalbox`}</title>
          <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
          <link rel="stylesheet" href="/assets/board.css" />
          <script src="/assets/board.js" defer></script>
        </head>
        <body
          {...(live
            ? { 'data-live': live.kind, 'data-events': live.events, 'data-version': live.version }
            : {})}
        >
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header class="bar">
            <a class="brand" href={desk ? `/${desk}` : '/'}>
              <img src="/assets/icon.svg" alt="" width="20" height="20" /> Signalbox
            </a>
            {desk && <Desk frame={frame} />}
            {desk && (
              <nav aria-label="Desk">
                <NavLink href={`/${desk}`} isHere={at === 'board'}>
                  Board
                </NavLink>
                <NavLink href={`/${desk}/desk`} isHere={at === 'desk'}>
                  Desk
                </NavLink>
                <NavLink href={`/${desk}/health`} isHere={at === 'health'}>
                  Health
                </NavLink>
              </nav>
            )}
            {live && (
              <span class="live" role="status" data-connection>
                <span class="dot" aria-hidden="true" />
                <span data-words>not live</span>
              </span>
            )}
            <Who frame={frame} />
          </header>
          <main id="main" tabindex={-1}>
            {children}
          </main>
          <p class="quiet" role="status" aria-live="polite" data-said></p>
        </body>
      </html>
    </>
  );
}

function Desk({ frame: { desk, desks } }: { frame: Frame }) {
  if (desks.length < 2) return <span class="desk">{desk}</span>;
  return (
    <details class="desk">
      <summary>{desk}</summary>
      <ul>
        {desks.map((name) => (
          <li>
            <a href={`/${name}`}>{name}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function NavLink({ href, isHere, children }: { href: string; isHere: boolean; children: Child }) {
  return (
    <a href={href} {...(isHere ? { 'aria-current': 'page' } : {})}>
      {children}
    </a>
  );
}

function Who({ frame: { login, csrf, path } }: { frame: Frame }) {
  if (login === null)
    return (
      <a class="who button" href={`/login?to=${encodeURIComponent(path)}`}>
        Sign in
      </a>
    );
  return (
    <form class="who" method="post" action="/logout">
      <input type="hidden" name="csrf" value={csrf} />
      <span>
        <span class="quiet">Signed in as </span>
        {login}
      </span>
      <button class="plain" type="submit">
        Sign out
      </button>
    </form>
  );
}
