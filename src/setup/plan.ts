import type { OwnLabel } from '../engine/own-labels.ts';
import { actionFolder, actionVersion, type SetupFile } from './files.ts';
import { compareVersions, readStamp } from './stamp.ts';

/*
 * What `init` will do, from what is there and what is wanted: worked out whole, shown, and only then done. Done again it
 * comes out empty.
 */

/** One thing to do, or to leave. `keep`: it differs, and is left as it is. `unknown`: it could not be looked at. */
export interface Step {
  kind: 'file' | 'state-branch' | 'label' | 'ruleset' | 'commit' | 'push';
  /** The path, the branch or the label. */
  what: string;
  action: 'create' | 'update' | 'none' | 'keep' | 'unknown';
  /** Why, where it is not plain; for `unknown` what is left to do. */
  note: string;
}

/** A fact, or why it is not known, with the code of the error that kept it from being known. */
export type Known<T> = { known: T } | { unknown: string; code?: string };

export interface Label {
  name: string;
  description: string;
}

/** Texts of files: in the work tree, in its last commit, and on the remote's branch; null where there is none. */
type Texts = Pick<Found, 'here' | 'committed' | 'there'>;

/** What of a repository a set-up depends on. */
export interface Found {
  here(path: string): string | null;
  committed(path: string): string | null;
  there(path: string): string | null;
  /** Whether the remote has the state branch. */
  hasStateBranch: boolean;
  /** Labels of the repository. */
  labels: Known<readonly Label[]>;
  /** Types of the rules in force on the state branch. */
  rules: Known<readonly string[]>;
}

/** What keeps the state branch from being moved back, by GitHub's names. */
export const wantedRules = ['deletion', 'non_fast_forward'] as const;

export function planFiles(found: Texts, files: readonly SetupFile[]): Step[] {
  const version = newestAction(found, files);
  return files.map((file) => {
    const text = found.here(file.path);
    const step = { kind: 'file', what: file.path } as const;
    if (text === null) return { ...step, action: 'create', note: '' };
    if (text === file.text) return { ...step, action: 'none', note: '' };
    return { ...step, ...differing(file, text, version) };
  });
}

/** The version of the copied action where it is newer than this package; null where it is not. */
function newestAction(found: Texts, files: readonly SetupFile[]): string | null {
  const path = `${actionFolder}/package.json`;
  const ours = actionVersion(files.find((file) => file.path === path)?.text ?? '');
  const theirs = actionVersion(found.here(path) ?? '');
  return ours && theirs && compareVersions(theirs, ours) > 0 ? theirs : null;
}

function differing(
  { keep, text, path }: SetupFile,
  there: string,
  newerAction: string | null,
): Pick<Step, 'action' | 'note'> {
  if (keep === 'theirs') return { action: 'keep', note: 'it is yours' };
  const newer = (version: string) => `it is of version ${version}, which is newer than this one`;
  if (keep === 'ours') {
    const isActions = path.startsWith(`${actionFolder}/`);
    if (isActions && newerAction !== null) return { action: 'keep', note: newer(newerAction) };
    return { action: 'update', note: 'it is not as this version has it' };
  }
  const [theirs, ours] = [readStamp(there), readStamp(text)];
  if (!theirs)
    return {
      action: 'keep',
      note: 'it is not Signalbox’s; to have that, rename or delete it and run this again',
    };
  if (!theirs.isIntact)
    return { action: 'keep', note: 'somebody edited it; to have it anew, delete it and run this again' };
  if (ours && compareVersions(theirs.version, ours.version) > 0)
    return { action: 'keep', note: newer(theirs.version) };
  return { action: 'update', note: `nobody edited it since version ${theirs.version} wrote it` };
}

/** Whether anything of it is to be committed, and whether the remote's branch lacks any of it then. */
export function planDelivery(
  found: Found,
  files: readonly SetupFile[],
  steps: readonly Step[],
  { name, isDefault }: { name: string; isDefault: boolean },
): Step[] {
  const due = new Set(steps.filter(isDue).map(({ what }) => what));
  const isToCommit = ({ path }: SetupFile) => due.has(path) || found.committed(path) === null;
  const isLacking = (file: SetupFile) =>
    (isToCommit(file) ? textAfter(found, file, due) : found.committed(file.path)) !== found.there(file.path);
  const note = isDefault ? '' : 'what counts is the default branch: open a pull request for it';
  return [
    { kind: 'commit', what: name, action: files.some(isToCommit) ? 'create' : 'none', note: '' },
    { kind: 'push', what: name, action: files.some(isLacking) ? 'update' : 'none', note },
  ];
}

const textAfter = (found: Found, { path, text }: SetupFile, due: ReadonlySet<string>): string | null =>
  due.has(path) ? text : found.here(path);

export function planStateBranch({ hasStateBranch }: Found, branch: string): Step {
  return { kind: 'state-branch', what: branch, action: hasStateBranch ? 'none' : 'create', note: '' };
}

/** By this beginning of its description a label is known as ours. */
export function planLabels(
  { labels }: Pick<Found, 'labels'>,
  wanted: readonly OwnLabel[],
  isOurs: (label: Label) => boolean,
): Step[] {
  if ('unknown' in labels) {
    const note = `${labels.unknown}; the app makes them when it first serves the repository`;
    return [{ kind: 'label', what: `${wanted.length} labels`, action: 'unknown', note }];
  }
  const present = new Map(labels.known.map((label) => [label.name.toLowerCase(), label]));
  return wanted.map(({ name }): Step => {
    const there = present.get(name.toLowerCase());
    const step = { kind: 'label', what: name } as const;
    if (!there) return { ...step, action: 'create', note: '' };
    if (isOurs(there)) return { ...step, action: 'none', note: '' };
    const note =
      'it was in use before; nothing starts from what it already marks. To keep them apart: `labels:` in the config';
    return { ...step, action: 'keep', note };
  });
}

export function planRuleset({ rules }: Pick<Found, 'rules'>, branch: string): Step {
  const step = { kind: 'ruleset', what: branch } as const;
  if ('unknown' in rules) return { ...step, action: 'unknown', note: `${rules.unknown}; ${byHand(branch)}` };
  const isKept = wantedRules.every((rule) => rules.known.includes(rule));
  return {
    ...step,
    action: isKept ? 'none' : 'create',
    note: isKept ? '' : 'against deletion and forced pushes',
  };
}

/** What somebody with the right does in a browser. */
export function byHand(branch: string): string {
  return `Settings > Rules > Rulesets > New branch ruleset: target \`${branch}\`, enforcement Active, "Restrict deletions" and "Block force pushes"`;
}

export const isDue = ({ action }: Step): boolean => action === 'create' || action === 'update';
