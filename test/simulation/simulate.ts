import { begin } from './beginning.ts';
import { Chance } from './chance.ts';
import { quiet } from './machine.ts';
import { checkPeace } from './peace.ts';
import { personActs } from './people.ts';
import { Violation } from './violation.ts';
import { World } from './world.ts';

export interface Result {
  seed: number;
  violation: string | null;
  story: readonly string[];
  steps: number;
  /** How often each cell of the coverage was met. */
  met: ReadonlyMap<string, number>;
}

/** Lives through one seed: `steps` things happen, then the world is left in peace and must settle. */
export async function simulate(seed: number, steps: number): Promise<Result> {
  const chance = new Chance(seed);
  const world = new World(chance);
  const { oracle } = world;
  const { met } = world.coverage;
  let step = 0;
  try {
    await begin(world);
    world.startApp();
    if (chance.is(0.3)) world.startApp();
    for (; step < steps; step++) {
      await happen(world);
      await oracle.check();
    }
    await checkPeace(world, oracle);
    return { seed, violation: null, story: world.story, steps: step, met };
  } catch (error) {
    const violation = error instanceof Violation ? error.message : `it broke: ${(error as Error).stack}`;
    return { seed, violation, story: world.story, steps: step, met };
  }
}

const fates = { well: 96 };
const misfortunes = { fails: 2, 'answer lost': 2 };

async function happen(world: World): Promise<void> {
  const { chance, schedule, mood } = world;
  schedule.now += chance.below(400);
  world.coverage.tick();
  const busy = schedule.calls.length > 0;
  const often = mood.of({ person: 10, crash: 1.3, machine: 9, service: 1 });
  const what = chance.weighted({
    call: busy ? 45 : 0,
    deliver: world.github.deliveries.length > 0 ? 14 : 0,
    run: world.queued.length > 0 ? 12 : 0,
    agent: world.agents.length > 0 ? 6 : 0,
    time: busy ? 4 : 12,
    person: often.person,
    crash: often.crash * (world.apps.length === 0 ? 20 : 1),
    machine: world.live.length > 0 ? often.machine : 0,
    service: often.service,
  });
  if (what === 'call') await answerSome(world);
  else if (what === 'deliver') world.deliver();
  else if (what === 'person') await personActs(world);
  else if (what === 'run') world.startRun();
  else if (what === 'agent') await world.endAgent();
  else if (what === 'time') schedule.ring();
  else if (what === 'crash') crash(world);
  else if (what === 'machine') machineTrouble(world);
  else serviceTrouble(world);
  // Where something fails somebody often does something about it, or just then.
  if ((what === 'machine' || what === 'service') && chance.is(often.person / 20)) await personActs(world);
  world.actions();
  await quiet();
}

/** One call, or some, or all there are and what comes of them: a desk is at rest as often as it is in the middle. */
async function answerSome(world: World): Promise<void> {
  const { chance, schedule } = world;
  const most = chance.weighted({ one: 4, some: 4, all: 4 });
  for (
    let left = most === 'one' ? 1 : most === 'some' ? 8 : 200;
    left > 0 && schedule.calls.length > 0;
    left--
  ) {
    await world.answerOne({ ...fates, ...world.mood.of(misfortunes) });
    await world.oracle.check();
  }
}

function crash(world: World): void {
  const { apps, chance } = world;
  if (apps.length < 2 && chance.is(0.7)) world.startApp();
  else if (apps.length > 0) world.killApp(chance.pick(apps));
}

/** A machine dies, or GitHub gives it up while it goes on; or a clock is set. */
function machineTrouble(world: World): void {
  const { live, chance, coverage } = world;
  if (live.length === 0) return;
  const runner = chance.pick(live);
  if (runner.machine.isWedged) return;
  const canWedge = runner.agent?.isAlive && !runner.machine.isCutOff;
  const what = chance.weighted({
    dies: 4,
    'is lost': 4,
    'has its clock set': 1,
    'stands still': canWedge ? 2 : 0,
  });
  if (what === 'has its clock set') {
    setClock(world);
    return;
  }
  world.tell(`the machine of run ${runner.run.id} ${what}`);
  if (what === 'stands still') runner.machine.wedge();
  else if (what === 'dies') runner.die('failure');
  else runner.lose('failure');
  coverage.trouble('a machine failed');
}

/** Forward or back, by up to five minutes: that of a job, or of the app. */
function setClock(world: World): void {
  const { machine } = world.chance.pick([...world.apps, ...world.live]);
  world.tell(`${machine.name} has its clock set`);
  machine.skew += (world.chance.next() - 0.5) * 10 * 60_000;
}

/** GitHub is there, and does not do what it is asked. */
function serviceTrouble(world: World): void {
  const { chance, github, coverage } = world;
  const what = chance.weighted({ cancel: 3, dispatch: 2, workflow: 1 });
  coverage.trouble('GitHub refused');
  world.tell(`GitHub: the ${what} fails`);
  if (what === 'cancel') github.refusing = 1 + chance.below(4);
  else if (what === 'dispatch') github.swallowing = 1 + chance.below(2);
  else github.hasNoWorkflow = !github.hasNoWorkflow;
}
