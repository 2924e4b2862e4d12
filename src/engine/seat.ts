/*
 * One app process may serve many repositories, and may be told how many attempts it may have open over all of them. That is
 * a fact of the process and stands in no repository: a port of the scheduler, which no rule knows.
 */

/** A repository's place among all that one process serves. */
export interface Seat {
  /**
   * How many attempts the repository may start now, of as many as it `wants`.
   *
   * @param has.occupied attempts that it works or still stops, at its head
   */
  starts(has: { occupied: number; wants: number }): number;
  /** What is in use over all repositories, where that is all there may be; null where more may start. */
  full(): { occupied: number; capacity: number } | null;
  /** The repository is served no more. */
  leave(): void;
}
