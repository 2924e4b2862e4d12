import { dirname } from 'node:path';
import { type Stage, StepFailure } from '../session.ts';

/** `actions/setup-node`: there is one Node on this machine, the one that runs the server; it is put in front. */
export async function setupNode(stage: Stage, given: Record<string, string>): Promise<void> {
  const asked = given['node-version'] ?? '';
  stage.write(`Using Node ${process.version} of this machine${asked === '' ? '' : ` (asked for: ${asked})`}`);
  const [, major] = /^v?(\d+)/.exec(asked) ?? [];
  const own = process.versions.node.split('.')[0];
  if (major !== undefined && Number(major) > Number(own))
    throw new StepFailure(`Node ${asked} is asked for; this machine has ${process.version}`);
  stage.session.paths.unshift(dirname(process.execPath));
  stage.outputs['node-version'] = process.version;
}
