/*
 * What others think of work, as GitHub keeps it: of a commit (statuses and check runs), of a pull request (reviews), and of
 * an issue that has to wait for others.
 */

/** One judgement of a commit: the newest of its name and its author. */
export interface Check {
  name: string;
  /** `pending` also while it has not begun. What was skipped, or came to nothing either way, is green. */
  state: 'green' | 'red' | 'pending';
  /** The app, or whoever set the status. */
  by: string;
}

export interface Review {
  id: number;
  by: string;
  by_is_bot: boolean;
  /** A `dismissed` one counts no more, whatever it said. */
  state: 'approved' | 'changes_requested' | 'commented' | 'dismissed';
  /** The commit that was looked at. */
  commit: string;
  body: string;
  at: string;
}

/** What a review says of one place. */
export interface Finding {
  path: string;
  /** In the new file; null where it is of the whole file, or of lines that are gone. */
  line: number | null;
  text: string;
}

/** An issue that another one waits for; it may be of another repository (`owner/name`). */
export interface Blocker {
  issue: number;
  repository: string;
  isHere: boolean;
  /** Of a closed one GitHub says that it blocks no more. */
  isOpen: boolean;
}

export interface Judgements {
  /** Judgements of a commit, by name. Runs of `workflow` are left out: an agent's run is no judgement of what it reads. */
  checks(commit: string, workflow: string): Promise<Check[]>;
  /** Those of a pull request that were submitted, oldest first. */
  reviews(pull: number): Promise<Review[]>;
  /** What one of them says of single places, in GitHub's order. */
  findings(pull: number, review: number): Promise<Finding[]>;
  /** What GitHub says an issue is blocked by, in its order. */
  blockedBy(issue: number): Promise<Blocker[]>;
}
