import type { Finding } from '../setup/checks.ts';

/** What the checks found, for people: what is wrong first, with what to do; then what could not be looked at. */
export function findingWords(findings: readonly Finding[]): string[] {
  const of = (level: Finding['level']) => findings.filter((finding) => finding.level === level);
  const [wrong, doubtful, skipped] = [of('error'), of('warn'), of('skipped')];
  const told = [...wrong, ...doubtful].flatMap(({ check, level, code, message, hint }) => [
    `  ${level === 'error' ? 'WRONG' : 'warn '}  ${check}: ${message} (${code})`,
    `         ${hint}`,
  ]);
  const unseen = skipped.map(({ check, message }) => `  not looked at  ${check}: ${message}`);
  const fine = of('ok').map(({ check }) => check);
  return [
    ...(fine.length > 0 ? [`Fine: ${fine.join(', ')}.`] : []),
    ...(told.length > 0 ? ['', ...told] : []),
    ...(unseen.length > 0 ? ['', ...unseen] : []),
  ];
}

/** Whether anything is wrong that was not mended. */
export const isWrong = (findings: readonly Finding[]): boolean =>
  findings.some(({ level }) => level === 'error');
