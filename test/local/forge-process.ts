import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { startLocalGitHub } from '../../src/local/server.ts';

/** An embedded GitHub as a process of its own, for the test that kills it. Arguments: data folder, webhook address. */
const [dataFolder = '', webhookUrl = ''] = process.argv.slice(2);
const github = await startLocalGitHub({
  dataFolder,
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
});
const { admin } = github;
if (!webhookUrl) throw new Error('where do webhooks go?');
await admin.createRepository('acme/desk', { private: true });
const token = admin.createUser('lucienne');
admin.setPermission('acme/desk', 'lucienne', 'admin');
await admin.commit('acme/desk', { files: { 'README.md': '# Desk\n' }, by: 'lucienne' });
const app = await admin.createApp({
  slug: 'signalbox',
  events: ['issues', 'push'],
  permissions: { issues: 'write', contents: 'write' },
  webhookUrl,
  webhookSecret: 'a secret of the hook',
});
admin.installApp('signalbox', 'acme/desk');
process.stdout.write(`${JSON.stringify({ url: github.url, api: github.api, token, app })}\n`);
