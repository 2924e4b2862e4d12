import type { Child } from 'hono/jsx';
import type { Deliveries, Vitals } from '../vitals.ts';
import { NeedItem, Part, Time } from './bits.tsx';
import { type Frame, Page } from './layout.tsx';

const lines: Record<string, string> = {
  request: 'requests to decide',
  head: 'heads to follow',
  runs: 'runs to look at',
  issue: 'issues to read',
  ticket: 'tickets to show',
};

interface HealthProps {
  frame: Frame;
  vitals: Vitals;
  deliveries: Deliveries;
  /** Whether who looks may write there: what receivers answer and where they are is for them. */
  mayWrite: boolean;
  now: number;
}

/** How the app is doing for one desk. */
export function HealthPage({ frame, vitals, deliveries, mayWrite, now }: HealthProps) {
  const { desk, health, top } = vitals;
  return (
    <Page
      frame={frame}
      title={`Health of ${desk}`}
      at="health"
      live={{ kind: 'again', events: '', version: '' }}
    >
      <div class="health">
        <h1>Health</h1>
        <p class="hint">
          Of {desk}, as this process of the app sees it, <Time at={now} now={now} />. The same for Prometheus:{' '}
          <code>/metrics</code>.
        </p>
        <Alarms needs={top.needs} desk={desk} now={now} />
        <div class="tiles">
          <Sweeps sweeps={health.sweeps} now={now} />
          <Tile title="Queue">
            {Object.entries(health.queue).map(([line, size]) => (
              <Figure name={lines[line] ?? line}>{size}</Figure>
            ))}
          </Tile>
          <RateTile rateLimit={vitals.rateLimit} now={now} />
          <Told told={health.told} isWhole={mayWrite} now={now} />
          <Tile title="Webhook deliveries">
            <Figure name="not taken yet">{deliveries.failing}</Figure>
            <Figure name="asked for again">{deliveries.again}</Figure>
            <Figure name="recovered">{deliveries.recovered}</Figure>
            <Figure name="given up">{deliveries.givenUp}</Figure>
          </Tile>
        </div>
      </div>
    </Page>
  );
}

function Alarms({ needs, desk, now }: { needs: Vitals['top']['needs']; desk: string; now: number }) {
  return (
    <Part title="Alarms" id="alarms">
      {needs.length === 0 ? (
        <p class="hint">Nothing needs a person.</p>
      ) : (
        <ul class="list">
          {needs.map((need) => (
            <NeedItem need={need} desk={desk} now={now} />
          ))}
        </ul>
      )}
    </Part>
  );
}

function Sweeps({
  sweeps: { count, failed, last },
  now,
}: {
  sweeps: Vitals['health']['sweeps'];
  now: number;
}) {
  return (
    <Tile title="Sweeps">
      <Figure name="last">
        {last ? (
          <>
            <Time at={last.at} now={now} />, {last.ok ? 'well' : 'failed'}
          </>
        ) : (
          'none has ended yet'
        )}
      </Figure>
      {last && <Figure name="it took">{(last.ms / 1000).toFixed(1)} s</Figure>}
      <Figure name="ended">{count}</Figure>
      <Figure name="failed">{failed}</Figure>
    </Tile>
  );
}

interface ToldProps {
  told: Vitals['health']['told'];
  /** With where they are, and why one fails. */
  isWhole: boolean;
  now: number;
}

/** Those who are told of each transition, by outbound webhooks. */
function Told({ told, isWhole, now }: ToldProps) {
  if (told.length === 0) return null;
  return (
    <Tile title="Outbound webhooks">
      {told.map(({ name, host, behind, since, last, failure }) => (
        <Figure name={isWhole ? `${name} (${host})` : name}>
          {failure ? (
            <>
              fails, <Time at={failure.at} now={now} />
              {isWhole && `: ${failure.why}`}
              {failure.count > 1 && `, ${failure.count} times in a row`}
            </>
          ) : (
            <>
              {behind > 0 ? 'is being told' : 'told everything'}
              {last !== null && (
                <>
                  , last <Time at={last} now={now} />
                </>
              )}
            </>
          )}
          {behind > 0 && `; ${behind} or more commits to go`}
          {behind > 0 && since !== null && (
            <>
              , the first of <Time at={since} now={now} />
            </>
          )}
        </Figure>
      ))}
    </Tile>
  );
}

function RateTile({ rateLimit, now }: { rateLimit: Vitals['rateLimit']; now: number }) {
  return (
    <Tile title="GitHub's rate limit">
      {rateLimit ? (
        <>
          <Figure name="left">
            {rateLimit.remaining} of {rateLimit.limit}
          </Figure>
          <Figure name="anew">
            <Time at={rateLimit.reset} now={now} />
          </Figure>
        </>
      ) : (
        <Figure name="left">not told yet</Figure>
      )}
    </Tile>
  );
}

function Tile({ title, children }: { title: string; children: Child }) {
  return (
    <section class="facts">
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Figure({ name, children }: { name: string; children: Child }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
