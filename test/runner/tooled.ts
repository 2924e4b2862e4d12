import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunnerDeps } from '../../src/runner/attend.ts';
import type { Outcome } from '../../src/runner/outcome.ts';
import { answersIn, type Step, toolAgent, toolProgram } from '../support/tool-agent.ts';
import { phase } from '../ticket/fixtures.ts';
import { configOf, makeWorld, script, type World } from './world.ts';

type Over = Partial<RunnerDeps> & { limits?: Record<string, number>; needs?: 'commit' };

/** A run's world whose agent is a client of the tools. */
export interface Tooled {
  world: World;
  /** What the agent and the story tell each other lies here. */
  folder: string;
  answers(): ReturnType<typeof answersIn>;
  /** An attempt whose agent goes through these steps. The look-out is slow: what stops it is said in each story. */
  run(steps: Step[], over?: Over): Promise<Outcome>;
}

export async function makeTooled(): Promise<Tooled> {
  const world = await makeWorld();
  const folder = join(world.folder, 'story');
  mkdirSync(folder);
  return {
    world,
    folder,
    answers: () => answersIn(folder),
    async run(steps, { limits = {}, needs, ...deps } = {}) {
      const agent = script(world, 'agent.mjs', await toolAgent());
      const command = ['node', agent, JSON.stringify(steps), folder];
      const config = configOf(command, { look_seconds: 30, end_after_seconds: 10, ...limits });
      if (needs) config.phases.dev = phase({ needs });
      return world.run('', { config, toolProgram: script(world, 'mcp.cjs', await toolProgram()), ...deps });
    },
  };
}
