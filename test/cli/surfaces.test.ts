import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { commentAsks } from '../../src/engine/commands.ts';
import type { OwnComments } from '../../src/engine/comments.ts';
import type { Context } from '../../src/engine/context.ts';
import { explainAt } from '../../src/engine/explain.ts';
import { DeskPanel } from '../../src/engine/panel.ts';
import type { Comment, Snapshot } from '../../src/engine/ports.ts';
import { type Config, config as schema } from '../../src/ticket/config.ts';
import type { Explanation } from '../../src/ticket/explain.ts';
import { withDesk } from '../../src/wire-clone.ts';
import { callAgentsTool } from '../../src/wire-mcp.ts';
import { aTeamsDesk, some } from './teams-desk.ts';

// One question, asked on every surface.

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { here, data, push, admit } = aTeamsDesk({ ...some, 'MC-8': { ...some['MC-3'], hold: true } });
const at = () => ({
  clone: here.clone,
  remote: 'origin',
  branch: undefined,
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
});

let snapshot: Snapshot;
let config: Config;
beforeEach(async () => {
  admit(push('signalbox', { 'tickets/MC-9.yaml': 'nonsense: {' }));
  config = schema.parse({
    format: 1,
    prefix: 'MC',
    agents: { luci: { command: ['true'] } },
    phases: { dev: {}, review: { gate: 'person' } },
  });
});

/** The app, as far as it answers. */
function theApp(): Context {
  const forge = {
    now: systemClock.now,
    permission: async () => 'triage',
    hasReacted: async () => false,
    file: async () => '',
  };
  const writer = { read: async () => snapshot };
  const checks = { seen: new Map() };
  return { forge, writer, config: async () => config, answered: new Set(), checks } as unknown as Context;
}

/** What it answers to `/status` on the issue of a ticket. */
async function status(id: string): Promise<string> {
  const said: string[] = [];
  const own = { has: () => false, once: async (_: string, body: string) => said.push(body) };
  const by = { author: 'elmar', author_is_bot: false, ours: false, at: new Date().toISOString() };
  const comment: Comment = { id: 7, body: '/status', ...by };
  const file = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
  const commented = { id, ticket: file?.ticket ?? null, snapshot, comment };
  const asks = await commentAsks(theApp(), { ...commented, own: own as unknown as OwnComments });
  for (const { ask, told } of asks) await told(await ask());
  return said.join('\n');
}

test('S10: the function, /status, the board, the command line and the agents’ tools give the same reasons for every ticket', async () => {
  await withDesk(at(), async (desk) => {
    snapshot = await desk.look();
    for (const id of [...Object.keys(some), 'MC-8', 'MC-9']) {
      const why = await explainAt(snapshot, id, { now: systemClock.now(), config });
      const codes = why?.reasons.map(({ code }) => code) ?? [];
      expect(codes.length, id).toBeGreaterThan(0);
      const said = [...(await status(id)).matchAll(/^- `([a-z-]+)` /gm)].map(([, code]) => code);
      const { json } = await data('explain', id);
      const environment = { SIGNALBOX_TICKET: id, SIGNALBOX_ATTEMPT: '1', SIGNALBOX_KEY: 'x' };
      const { explanation } = await callAgentsTool(at(), environment, 'get_ticket', {});
      const told = (one: unknown) => (one as Explanation).reasons.map(({ code }) => code);
      const board = told(
        await new DeskPanel(
          theApp(),
          { store: { history: async () => [], trail: async () => [], transitions: async () => [] } },
          () => [],
        ).explain(id),
      );
      expect({ id, status: said, board, cli: told(json), mcp: told(explanation) }).toEqual({
        id,
        status: codes,
        board: codes,
        cli: codes,
        mcp: codes,
      });
    }
  });
});
