import type { Forge, IssueRow, LabelRow, RepositoryRow } from '../data.ts';
import { HttpError } from '../host.ts';
import { invalid } from '../http.ts';
import { labelJson } from '../shapes/issue.ts';
import type { Doer } from './doer.ts';
import { saveIssue, tellIssue, writeEvent } from './doer.ts';

/** The colour of a label that was made by being put on an issue. */
const plainColor = 'ededed';
/** GitHub's limit, in characters. */
const longestName = 50;

export const labelsIn = (forge: Forge, repo: RepositoryRow): LabelRow[] =>
  forge.labels.values().filter((label) => label.repo === repo.id);

/** Labels are the same in any case of letters. */
export function findLabel(forge: Forge, repo: RepositoryRow, name: string): LabelRow | undefined {
  const wanted = name.toLowerCase();
  return labelsIn(forge, repo).find((label) => label.name.toLowerCase() === wanted);
}

export function createLabel(
  doer: Doer,
  wish: { name: string; color?: string | undefined; description?: string | null | undefined },
): LabelRow {
  const { forge, webhooks } = doer.works;
  checkName(wish.name);
  if (findLabel(forge, doer.repo, wish.name)) throw invalid('Label', 'name', 'already_exists');
  const { name, color = plainColor, description = null } = wish;
  const label = {
    id: forge.nextId('label'),
    repo: doer.repo.id,
    name,
    color: checkColor(color),
    description,
  };
  forge.labels.put(String(label.id), label);
  webhooks.emit(
    doer.repo,
    'label',
    { action: 'created', label: labelJson(forge, doer.repo, label) },
    doer.login,
  );
  return label;
}

export function updateLabel(
  doer: Doer,
  label: LabelRow,
  wish: { name?: string | undefined; color?: string | undefined; description?: string | null | undefined },
): LabelRow {
  const { forge, webhooks } = doer.works;
  const { name = label.name, color = label.color, description = label.description } = wish;
  checkName(name);
  const twin = findLabel(forge, doer.repo, name);
  if (twin && twin.id !== label.id) throw invalid('Label', 'name', 'already_exists');
  const row = { ...label, name, color: checkColor(color), description };
  forge.labels.put(String(row.id), row);
  const changes = {
    ...(name === label.name ? {} : { name: { from: label.name } }),
    ...(color === label.color ? {} : { color: { from: label.color } }),
    ...(description === label.description ? {} : { description: { from: label.description ?? '' } }),
  };
  const payload = { action: 'edited', label: labelJson(forge, doer.repo, row), changes };
  webhooks.emit(doer.repo, 'label', payload, doer.login);
  return row;
}

/** Deletes a label from the repository, and so from every issue, which is told by no event of the issues. */
export function deleteLabel(doer: Doer, label: LabelRow): void {
  const { forge, webhooks } = doer.works;
  const payload = { action: 'deleted', label: labelJson(forge, doer.repo, label) };
  for (const issue of forge.issues.values()) {
    if (issue.repo !== doer.repo.id || !issue.labels.includes(label.id)) continue;
    saveIssue(doer, { ...issue, labels: issue.labels.filter((id) => id !== label.id) });
  }
  forge.labels.delete(String(label.id));
  webhooks.emit(doer.repo, 'label', payload, doer.login);
}

/**
 * Puts labels on an issue, one event and one webhook for each that was not there. A name that the repository does not
 * know becomes a label of it, if the asker may make labels.
 */
export function addLabels(
  doer: Doer,
  issue: IssueRow,
  names: readonly string[],
  mayCreate: boolean,
): IssueRow {
  let row = issue;
  for (const label of labelsNamed(doer, names, mayCreate)) {
    if (row.labels.includes(label.id)) continue;
    row = saveIssue(doer, { ...row, labels: [...row.labels, label.id] });
    tellLabel(doer, row, 'labeled', label);
  }
  return row;
}

export function removeLabel(doer: Doer, issue: IssueRow, label: LabelRow): IssueRow {
  const row = saveIssue(doer, { ...issue, labels: issue.labels.filter((id) => id !== label.id) });
  tellLabel(doer, row, 'unlabeled', label);
  return row;
}

/** Replaces the whole set. */
export function setLabels(
  doer: Doer,
  issue: IssueRow,
  names: readonly string[],
  mayCreate: boolean,
): IssueRow {
  const keep = new Set(labelsNamed(doer, names, mayCreate).map((label) => label.id));
  let row = issue;
  for (const id of issue.labels) {
    const label = doer.works.forge.labels.get(String(id));
    if (label && !keep.has(id)) row = removeLabel(doer, row, label);
  }
  return addLabels(doer, row, names, mayCreate);
}

/** The labels of these names, each once; those that the repository lacks are made. */
export function labelsNamed(doer: Doer, names: readonly string[], mayCreate: boolean): LabelRow[] {
  const rows = names.map((name) => {
    const known = findLabel(doer.works.forge, doer.repo, name);
    if (known) return known;
    if (!mayCreate) throw new HttpError(403, 'Must have push access to create a label.');
    return createLabel(doer, { name });
  });
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

export function tellLabel(
  doer: Doer,
  issue: IssueRow,
  action: 'labeled' | 'unlabeled',
  label: LabelRow,
): void {
  writeEvent(doer, issue, action, { label: { name: label.name, color: label.color } });
  tellIssue(doer, issue, action, { label: labelJson(doer.works.forge, doer.repo, label) });
}

function checkName(name: string): void {
  if (name.trim() === '') throw invalid('Label', 'name', 'missing_field');
  if ([...name].length > longestName) {
    throw invalid('Label', 'name', 'invalid', `is too long (maximum is ${longestName} characters)`);
  }
}

function checkColor(color: string): string {
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid('Label', 'color', 'invalid');
  return color.toLowerCase();
}
