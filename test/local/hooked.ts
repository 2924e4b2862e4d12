import type { Desk, Receiver } from './support.ts';
import { installedApp, makeDesk, startReceiver } from './support.ts';

export interface Hooked extends Desk {
  receiver: Receiver;
  app: Awaited<ReturnType<typeof installedApp>>;
}

/** A desk whose app has heard of its installation and of nothing else. */
export async function hooked(
  options: Parameters<typeof makeDesk>[0] = {},
  events?: string[],
): Promise<Hooked> {
  const receiver = await startReceiver();
  const world = await makeDesk(options);
  const app = await installedApp(world.github, receiver, events ? { events } : {});
  await world.github.delivered();
  receiver.received.length = 0;
  return { ...world, receiver, app };
}
