import type { Config } from '../ticket/config.ts';
import type { PackageFiles } from './files.ts';
import type { Known, Label } from './plan.ts';

type Rights = Readonly<Record<string, string>>;

/** What an app may do and is told, as it is registered, or where it is installed. */
export interface Granted {
  permissions: Rights;
  events: readonly string[];
}

export interface AppStanding {
  slug: string;
  registered: Granted;
  /** Null where it is not installed on the repository. */
  installed: (Granted & { isSuspended: boolean }) | null;
  webhook: { url: string; hasSecret: boolean; isVerified: boolean };
  /** The newest deliveries, newest first: whether each was taken. */
  deliveries: readonly { at: string; isTaken: boolean; status: number }[];
}

/** What can be known of a repository and of who looks at it. */
export interface Facts {
  /** Whether the person's git may push; the words of git where it may not. */
  push: Known<true>;
  /** What the token may do in the repository; null for an app's. */
  role: Known<string | null>;
  app: Known<AppStanding>;
  /** What the package asks of an app. */
  asked: Granted;
  config: { text: string | null; config: Config; broken: string | null };
  /** Text of a file on the default branch. */
  file(path: string): string | null;
  package: PackageFiles;
  /** `active`, or how a workflow is switched off; null where GitHub knows none of that name. */
  workflowState: Known<string | null>;
  labels: Known<readonly Label[]>;
  rules: Known<readonly string[]>;
  state: {
    standing: 'fine' | 'absent' | 'moved-back' | 'restored';
    broken: readonly { path: string; code: string }[];
    unjudged: { commits: number; at: string; paths: readonly string[] } | null;
    /** Receivers of outbound webhooks: commits that each was not told, and when the first was made (ISO). */
    followers: readonly { name: string; behind: number | null; since: string | null }[];
  };
  /** How far this machine's clock is behind GitHub's, in milliseconds. */
  behindMs: Known<number>;
  versions: { node: string; git: string };
}
