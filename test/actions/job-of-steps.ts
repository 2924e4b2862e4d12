import type { World } from './world.ts';

/** A workflow of one job with these steps. */
export const steps = (list: string, job = ''): string => `
name: Steps
on: workflow_dispatch
jobs:
  one:
    runs-on: ubuntu-latest
${job.replace(/^/gm, '    ')}
    steps:
${list.replace(/^/gm, '      ')}
`;

/** Runs a job of these steps to its end. */
export async function logOf(
  world: World,
  list: string,
  job = '',
): Promise<{ lines: string[]; conclusion: string | null }> {
  const id = await world.dispatch('steps', steps(list, job));
  const { conclusion } = await world.ended(id);
  return { lines: (await world.log(id)).split('\n'), conclusion };
}
