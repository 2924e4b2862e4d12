import { Chance } from './chance.ts';
import { quiet } from './machine.ts';
import { Violation } from './oracle.ts';
import { checkPeace } from './peace.ts';
import { personActs } from './people.ts';
import { World } from './world.ts';

export interface Result {
  seed: number;
  violation: string | null;
  story: readonly string[];
  steps: number;
}

/** Lives through one seed: `steps` things happen, then the world is left in peace and must settle. */
export async function simulate(seed: number, steps: number): Promise<Result> {
  const chance = new Chance(seed);
  const world = new World(chance);
  const { oracle } = world;
  let step = 0;
  try {
    world.startApp();
    if (chance.is(0.3)) world.startApp();
    for (; step < steps; step++) {
      await happen(world);
      await oracle.check();
    }
    await checkPeace(world, oracle);
    return { seed, violation: null, story: world.story, steps: step };
  } catch (error) {
    const violation = error instanceof Violation ? error.message : `it broke: ${(error as Error).stack}`;
    return { seed, violation, story: world.story, steps: step };
  }
}

const fates = { well: 96, fails: 2, 'answer lost': 2 };

async function happen(world: World): Promise<void> {
  const { chance, schedule } = world;
  schedule.now += chance.below(400);
  const what = chance.weighted({
    call: schedule.calls.length > 0 ? 45 : 0,
    deliver: world.github.deliveries.length > 0 ? 14 : 0,
    person: 8,
    run: 6,
    agent: 2,
    time: schedule.calls.length > 0 ? 4 : 12,
    crash: 1,
    machine: 1,
  });
  if (what === 'call') await answerSome(world);
  else if (what === 'deliver') world.deliver();
  else if (what === 'person') await personActs(world);
  else if (what === 'run') world.startRun();
  else if (what === 'agent') world.endAgent();
  else if (what === 'time') schedule.ring();
  else if (what === 'crash') crash(world);
  else machineTrouble(world);
  world.actions();
  await quiet();
}

/** One call, or some, or all there are and what comes of them: a desk is at rest as often as it is in the middle. */
async function answerSome(world: World): Promise<void> {
  const { chance, schedule } = world;
  const most = chance.weighted({ one: 5, some: 3, all: 2 });
  for (
    let left = most === 'one' ? 1 : most === 'some' ? 8 : 200;
    left > 0 && schedule.calls.length > 0;
    left--
  ) {
    await world.answerOne(fates);
    await world.oracle.check();
  }
}

function crash(world: World): void {
  const { apps, chance } = world;
  if (apps.length < 2 && chance.is(0.7)) world.startApp();
  else if (apps.length > 0) world.killApp(chance.pick(apps));
}

/** A machine dies, or is cut off while GitHub gives it up. */
function machineTrouble(world: World): void {
  const { live, chance, github } = world;
  if (live.length === 0) return;
  const runner = chance.pick(live);
  const dies = chance.is(0.5);
  world.tell(`the machine of run ${runner.run.id} ${dies ? 'dies' : 'is lost'}`);
  runner.machine.isCutOff = true;
  if (dies) runner.die('failure');
  else if (runner.run.status !== 'completed')
    github.setRun(runner.run, { status: 'completed', conclusion: 'failure' });
}
