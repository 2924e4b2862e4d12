import type { Context } from 'hono';
import type { Frame } from './pages/layout.tsx';
import type { Session } from './session.ts';

/** What is known of a request once it came through the door. */
export interface Vars {
  Variables: {
    session: Session | null;
    csrf: string;
    /** Repositories that this person may see. */
    desks: readonly string[];
  };
}

export function frameOf(c: Context<Vars>, desk: string | null = null): Frame {
  const { pathname, search } = new URL(c.req.url);
  const session = c.get('session');
  return {
    login: session?.login ?? null,
    csrf: c.get('csrf') ?? '',
    path: `${pathname}${search}`,
    desk,
    desks: c.get('desks') ?? [],
  };
}
