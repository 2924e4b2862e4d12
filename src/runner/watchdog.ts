import type { Clock } from '../base/clock.ts';
import type { Sighting } from './lookout.ts';
import type { Brake } from './stop.ts';

/**
 * Ends the agent at its time limit, and when the head was not seen for too long: fail closed. It has timers of its own
 * and waits for nothing, so that it works while the look-out hangs in a call that never returns (rule 12). Returns how
 * to call it off.
 */
export function watchdog(watch: {
  clock: Clock;
  brake: Brake;
  sighting: Sighting;
  /** When the attempt must have ended, in milliseconds on the clock. */
  endBy: number;
  unreadableMs: number;
}): () => void {
  const { clock, brake, sighting, endBy, unreadableMs } = watch;
  let callOff = () => {};
  const check = () => {
    const now = clock.now();
    if (now >= endBy) return brake.pull('time-limit');
    if (now - sighting.at >= unreadableMs) return brake.pull('head-unreadable');
    // A sighting moves the second time on, so it is asked again; a timer longer than 2^31 ms fires at once.
    const next = Math.min(endBy - now, sighting.at + unreadableMs - now, 60_000);
    callOff = clock.after(Math.max(1, next), check);
  };
  check();
  return () => callOff();
}
