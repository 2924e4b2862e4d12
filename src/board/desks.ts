import type { Panel } from '../engine/panel.ts';

/** A repository that the board shows, as the app serves it. */
export interface BoardDesk {
  readonly repository: { id: number; owner: string; repo: string };
  /** Rejects while it cannot be served. */
  panel(): Promise<Panel>;
}

/** `acme/desk`, also its path on the board. */
export function nameOf({ repository: { owner, repo } }: BoardDesk): string {
  return `${owner}/${repo}`;
}
