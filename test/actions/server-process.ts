import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeActions } from '../../src/local/actions/service.ts';
import { startLocalGitHub } from '../../src/local/server.ts';

/** An embedded GitHub as a process of its own, so that it can be killed. Its folder is the first argument. */
const github = await startLocalGitHub({
  dataFolder: process.argv[2] ?? '',
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  actions: (host) => makeActions(host, { cancelScale: 1 }),
});
const token = github.admin.createUser('lucienne');
await github.admin.createRepository('acme/desk');
github.admin.setPermission('acme/desk', 'lucienne', 'admin');
await github.admin.createApp({
  slug: 'listener',
  events: ['workflow_run', 'workflow_job'],
  permissions: { actions: 'read' },
  webhookSecret: 'secret',
});
github.admin.installApp('listener', 'acme/desk');
const workflow = `
on: { workflow_dispatch: { inputs: { endless: { type: boolean } } } }
concurrency: one
jobs:
  one:
    runs-on: x
    steps:
      - if: '!inputs.endless'
        run: echo "short run of attempt \${{ github.run_attempt }}"
      - if: inputs.endless
        env: { TOKEN: '\${{ github.token }}' }
        run: |
          echo "token=$(echo "$TOKEN" | base64 -w0)"
          (setsid bash -c 'trap "" TERM INT HUP; echo "daemon=$$"; while true; do sleep 0.05; done' &)
          sh -c 'unset RUNNER_TRACKING_ID; exec setsid bash -c '"'"'echo "unmarked=$$"; while true; do sleep 0.05; done'"'" &
          while true; do sleep 0.05; done
  two: { needs: one, runs-on: x, steps: [{ run: echo }] }
`;
await github.admin.commit('acme/desk', { files: { '.github/workflows/run.yml': workflow } });
process.stdout.write(`${JSON.stringify({ api: github.api, token })}\n`);
