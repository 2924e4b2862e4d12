import { untilWorking } from './runs.ts';
import { World } from './world.ts';

/*
 * A whole desk (GitHub, app, agents) as a process that can be killed: bundled and started by stories/killed-whole.test.ts.
 * Two tickets are worked on, a third has a run that has not begun; and one of the two is asked to be parked, which
 * the app never hears.
 */
const desk = await World.start(JSON.parse(process.env.WORLD_OPTIONS ?? '{}'));
const release = (body: string) => desk.openIssue({ body, labels: ['ticket', 'release'] });
const stubborn = 'do: wait, grandchild, ignore sigterm';
const going = await untilWorking(desk, await release(stubborn));
const parked = await untilWorking(desk, await release(stubborn));
desk.github.actions.holdRuns();
const queued = await release('do: finish');
await desk.until('its run is queued', async () => (await desk.runs(`MC-${queued} `)).length > 0);
await desk.github.delivered();
desk.github.misbehave.deliveries(() => 'lose');
await desk.nextSecond();
await desk.label(parked.issue, 'park', 'elmar');
process.stdout.write(`${JSON.stringify({ remains: desk.remains, going, parked, queued })}\n`);
