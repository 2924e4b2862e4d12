// Serves the page by which the GitHub App is registered from app.yml: Probot's own, once what it needs is there. Started
// without it, Probot would ask for a manifest whose webhooks go nowhere.
//
// usage: WEBHOOK_PROXY_URL=https://<your host>/api/github/webhooks npm run register
//   PORT     of the page (3000)
//   GH_ORG   the organization that the app is for; GHE_HOST a server of your own
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const path = '/api/github/webhooks';
const { WEBHOOK_PROXY_URL = '', PORT = '3000' } = process.env;

function refuse(message) {
  console.error(message);
  process.exit(2);
}

const address = URL.canParse(WEBHOOK_PROXY_URL) ? new URL(WEBHOOK_PROXY_URL) : null;
if (address?.protocol !== 'https:' || address.pathname !== path)
  refuse(
    `webhook-address: GitHub must be told where it reaches the app: WEBHOOK_PROXY_URL=https://<your host>${path} npm run register`,
  );

const probe = createServer();
await new Promise((resolve) => {
  probe.once('error', ({ message }) =>
    refuse(
      `cannot-listen: port ${PORT} cannot be had (${message}). End what runs there, or say another: PORT=3100`,
    ),
  );
  probe.listen(Number(PORT), resolve);
});
await new Promise((resolve) => probe.close(resolve));

console.log(
  `Press the button at http://localhost:${PORT}/probot, and end this with Ctrl-C when .env is written.`,
);
process.umask(0o077); // what is written is for its owner alone
const child = spawn('probot', ['run', 'app'], {
  stdio: 'inherit',
  env: { ...process.env, NO_SMEE_SETUP: 'true' },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 0));
