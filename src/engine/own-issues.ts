import type { Forge, Issue } from './ports.ts';

/** Open issues that Signalbox itself opened with a label, and with a marker, oldest first: what others write proves nothing. */
export async function ownIssues(
  forge: Pick<Forge, 'issuesLabelled'>,
  label: string,
  mark = '',
): Promise<Issue[]> {
  const issues = await forge.issuesLabelled(label);
  return issues
    .filter(({ ours, body }) => ours && body.startsWith(mark))
    .toSorted((a, b) => a.number - b.number);
}
