import { expect, test } from 'vitest';
import { BoardWorld, peopled } from './world.ts';

test('the health page tells sweeps, queue, deliveries and alarms, and Prometheus reads the same by its token', async () => {
  const world = await peopled();
  await world.desk.sweep();
  world.desk.forge.issuesLabelled = async () => {
    throw new Error('GitHub is asleep');
  };
  await world.desk.sweep();
  world.desk.configBroken = 'agents: not a map';
  world.desk.forge.rateLimit = () => ({
    limit: 5000,
    remaining: 4321,
    reset: Date.parse('2026-05-25T13:00:00Z'),
  });
  const cookie = await world.signIn('elmar');
  const { text } = await world.visit('/acme/desk/health', { cookie });
  for (const words of [
    '4321 of 5000',
    '<dt>failed</dt><dd>1</dd>',
    '<dt>recovered</dt><dd>3</dd>',
    'agents: not a map',
    'bad-config',
  ])
    expect(text).toContain(words);
  expect((await world.visit('/metrics', { cookie })).status).toBe(401);
  expect((await world.visit('/metrics', { headers: { authorization: 'Bearer guessed' } })).status).toBe(401);
  const metrics = await world.visit('/metrics', {
    headers: { authorization: 'Bearer the-token-of-the-scraper' },
  });
  expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = metrics.text.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE signalbox_tickets gauge',
      'signalbox_tickets{repository="acme/desk",state="in_progress"} 1',
      'signalbox_agent_capacity{repository="acme/desk",agent="luci"} 5',
      '# TYPE signalbox_sweeps_total counter',
      'signalbox_sweeps_total{repository="acme/desk"} 2',
      'signalbox_sweeps_failed_total{repository="acme/desk"} 1',
      'signalbox_needs_person{repository="acme/desk"} 1',
      'signalbox_rate_limit_remaining{repository="acme/desk"} 4321',
      'signalbox_deliveries_failing 1',
      'signalbox_deliveries_recovered_total 3',
    ]),
  );
  // Every line is a comment or a sample, as Prometheus reads them.
  const sample = /^signalbox_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?\d+(\.\d+)?(e[+-]?\d+)?$/;
  expect(lines.filter((line) => line !== '' && !line.startsWith('# ') && !sample.test(line))).toEqual([]);
});

test('how far each receiver of webhooks is stands there, and why one is not told', async () => {
  const world = await peopled();
  const { panel } = world.desk.operator;
  const at = world.desk.forge.now();
  const { health } = panel;
  panel.health = () => ({
    ...health.call(panel),
    told: [
      { name: 'audit', host: 'a.example', behind: 0, since: null, last: at, failure: null, taken: 7 },
      {
        name: 'chat',
        host: 'c.example',
        behind: 3,
        since: at - 60_000,
        last: null,
        failure: { at, why: 'it answered <b>500</b>', count: 4 },
        taken: 0,
      },
    ],
  });
  const cookie = await world.signIn('wilma');
  const { text } = await world.visit('/acme/desk/health', { cookie });
  expect(text).toContain('audit (a.example)');
  expect(text).toContain('told everything');
  expect(text).toContain('it answered &lt;b&gt;500&lt;/b&gt;, 4 times in a row');
  expect(text).toContain('3 or more commits to go');
  // Where they are, and what they answer, is for those who may write: a public repository's page is open to everybody.
  const strangers = ['', await world.signIn('visitor'), await world.signIn('elmar')];
  for (const one of strangers) {
    const shown = (await world.visit('/acme/desk/health', { cookie: one })).text;
    expect(shown).toMatch(/<dt>chat<\/dt><dd>fails, <time/);
    expect(shown).toMatch(/<dt>audit<\/dt><dd>told everything/);
    expect(shown).not.toMatch(/[ac]\.example|answered/);
  }
  const metrics = await world.visit('/metrics', {
    headers: { authorization: 'Bearer the-token-of-the-scraper' },
  });
  for (const line of [
    'signalbox_receiver_taken_total{repository="acme/desk",receiver="audit"} 7',
    'signalbox_receiver_behind{repository="acme/desk",receiver="chat"} 3',
    'signalbox_receiver_failures{repository="acme/desk",receiver="chat"} 4',
    `signalbox_receiver_behind_since_timestamp_seconds{repository="acme/desk",receiver="chat"} ${(at - 60_000) / 1000}`,
  ])
    expect(metrics.text.split('\n')).toContain(line);
});

test('where nobody can sign in nothing is shown to anybody, and how to switch it on is', async () => {
  const world = await BoardWorld.start({ signIn: null });
  for (const path of ['/', '/acme/desk', '/acme/desk/tickets/MC-1', '/acme/desk/events', '/login']) {
    const { status, text } = await world.visit(path);
    expect(status).toBe(503);
    expect(text).toContain('BOARD_URL');
    expect(text).not.toContain('fuel');
  }
});
