import type { Health } from '../engine/panel.ts';
import type { RateLimit } from '../engine/sights.ts';
import { type State, states } from '../ticket/states.ts';
import type { Live } from './live.ts';
import type { Top } from './top.ts';

/** Deliveries of webhooks whose first attempt failed, since the app began. */
export interface Deliveries {
  failing: number;
  again: number;
  recovered: number;
  givenUp: number;
}

/** How one desk is doing, for the health page and for Prometheus. */
export interface Vitals {
  desk: string;
  health: Health;
  rateLimit: RateLimit | null;
  /** Open tickets, and closed ones whose run is still being stopped. */
  tickets: Record<State, number>;
  top: Top;
}

export async function vitalsOf(desk: string, live: Live): Promise<Vitals> {
  const { scene, top } = await live.deck();
  const counts = Object.fromEntries(states.map((state) => [state, 0])) as Record<State, number>;
  for (const { ticket } of scene.snapshot.tickets.values()) if (ticket) counts[ticket.state] += 1;
  const { panel } = live;
  return { desk, health: panel.health(), rateLimit: panel.forge.rateLimit(), tickets: counts, top };
}
