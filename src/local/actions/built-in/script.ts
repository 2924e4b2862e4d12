import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { evaluateString } from '../expressions.ts';
import type { Stage } from '../session.ts';
import type { RunStep } from '../workflow.ts';

/** GitHub's command lines: without `shell` there is no `pipefail`, with `shell: bash` there is. */
const commandLines = {
  default: ['bash', '-e'],
  bash: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail'],
  sh: ['sh', '-e'],
} as const;

/** A `run` step: its text goes into a file, which the shell reads. */
export async function runScript(stage: Stage, step: RunStep): Promise<void> {
  const { folders, machine } = stage.session.parts;
  const text = evaluateString(step.run, stage.contexts);
  const [command, ...args] = commandLines[step.shell ?? stage.scope.defaults.shell ?? 'default'];
  const file = join(folders.temp, `${machine.random.hex(16)}.sh`);
  writeFileSync(file, text.endsWith('\n') ? text : `${text}\n`);
  stage.write(`##[group]Run ${text.trim().split('\n')[0] ?? ''}`);
  stage.write(text.trimEnd());
  stage.write(`shell: ${[command, ...args].join(' ')} {0}`);
  showEnvironment(stage);
  stage.write('##[endgroup]');
  const folder = step.workingDirectory ?? stage.scope.defaults.workingDirectory ?? '.';
  await stage.main(
    command,
    [...args, file],
    resolve(folders.workspace, evaluateString(folder, stage.contexts)),
  );
}

export function showEnvironment(stage: Stage): void {
  const entries = Object.entries(stage.contexts.env ?? {});
  if (entries.length === 0) return;
  stage.write(['env:', ...entries.map(([name, value]) => `  ${name}: ${value}`)].join('\n'));
}
