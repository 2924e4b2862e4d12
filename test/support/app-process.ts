import { systemClock } from '../../src/base/clock.ts';
import { makeLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { readOutbound } from '../../src/cli/outbound.ts';
import { serve } from '../../src/wire.ts';

/** The app as a process of its own, for stories about several of them: bundled and started by app-processes.ts. */
const text = (name: string): string => process.env[name] ?? '';
const app = await serve({
  appId: Number(text('APP_ID')),
  privateKey: text('PRIVATE_KEY'),
  webhookSecret: text('WEBHOOK_SECRET'),
  apiUrl: text('GITHUB_API_URL'),
  webUrl: text('GITHUB_SERVER_URL'),
  port: 0,
  dataFolder: text('DATA_FOLDER'),
  paced: false,
  outbound: readOutbound(process.env),
  intervals: JSON.parse(text('INTERVALS')),
  clock: systemClock,
  random: systemRandom,
  log: makeLog('error', (line) => void process.stderr.write(`${line}\n`)),
});
process.stdout.write(`${app.url}\n`);
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
