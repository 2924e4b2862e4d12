import type { Clock } from '../base/clock.ts';

/** GitHub itself gives up after ten seconds (documented for its API); a server that says nothing longer is gone. */
const timeLimitMs = 30_000;

/** `fetch` with an end: without one, a connection that dies silently holds its caller for five minutes. */
export function timedFetch(clock: Clock): typeof fetch {
  return async (input, init) => {
    const giveUp = new AbortController();
    const callOff = clock.after(timeLimitMs, () =>
      giveUp.abort(new Error(`no answer within ${timeLimitMs / 1000} s`)),
    );
    try {
      const answer = await fetch(input, { ...init, signal: giveUp.signal });
      // The body counts too: reading it here keeps the time limit around it.
      const bytes = await answer.arrayBuffer();
      return withBody(answer, bytes);
    } finally {
      callOff();
    }
  };
}

/** A status without content may not be given a body, not even an empty one. */
function withBody(answer: Response, bytes: ArrayBuffer): Response {
  const { status, statusText, headers, url } = answer;
  const copy = new Response(bytes.byteLength === 0 ? null : bytes, { status, statusText, headers });
  return Object.defineProperty(copy, 'url', { value: url });
}
