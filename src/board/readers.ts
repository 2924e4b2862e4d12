import type { Clock } from '../base/clock.ts';
import { type BoardDesk, nameOf } from './desks.ts';
import type { Session } from './session.ts';

/** How long an answer of GitHub's to "may they see it" is good, in milliseconds. What is asked of a ticket asks anew. */
const goodForMs = 60_000;
const keptMax = 5_000;

/** Who may see which repository: everybody a public one, and a private one whom GitHub gives any right there. */
export class Readers {
  readonly #clock: Clock;
  readonly #known = new Map<string, { may: Promise<boolean>; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  maySee(desk: BoardDesk, session: Session | null): Promise<boolean> {
    const key = `${desk.repository.id} ${session ? `${session.user} ${session.login}` : 'a stranger'}`;
    const now = this.#clock.now();
    const known = this.#known.get(key);
    if (known && known.until > now) return known.may;
    if (this.#known.size >= keptMax) this.#known.clear();
    const may = ask(desk, session).catch(async (error) => {
      if (known) this.#known.set(key, known);
      else this.#known.delete(key);
      // Only whom GitHub let in before is told that it cannot be shown now: to others it still is not there.
      if (await known?.may) throw error;
      return false;
    });
    this.#known.set(key, { may, until: now + goodForMs });
    return may;
  }

  /** Those that may be seen, in the order of their names. Where GitHub does not answer for one it is not shown. */
  async visible(desks: readonly BoardDesk[], session: Session | null): Promise<BoardDesk[]> {
    const asked = desks.map(async (desk) =>
      (await this.maySee(desk, session).catch(() => false)) ? [desk] : [],
    );
    return (await Promise.all(asked)).flat().sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }
}

async function ask(desk: BoardDesk, session: Session | null): Promise<boolean> {
  const { forge } = await desk.panel();
  if (!(await forge.isPrivate())) return true;
  return session !== null && (await forge.permission(session.login, session.user)) !== 'none';
}
