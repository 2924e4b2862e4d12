import { createHmac, timingSafeEqual } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApp } from '../src/app/start.ts';
import { systemRandom } from '../src/base/random.ts';
import { makeOperator } from '../src/engine/operator.ts';
import type { Operator } from '../src/engine/ports.ts';
import { openGitStore } from '../src/store/git-store.ts';
import { branch } from './fixture.ts';
import type { InstantForge } from './forge.ts';
import type { Naive } from './naive.ts';
import { author, config, ports } from './ours.ts';

/*
 * Two doors for signed webhooks, both over HTTP: the product's, and the plainest one that checks the signature.
 */

export interface OpenDoor {
  url: string;
  close(): Promise<void>;
}

export interface Delivery {
  issue: number;
  comment: { id: number; body: string; created_at: string };
}

const secret = systemRandom.hex(32);
const repository = { id: 90001, owner: 'acme', repo: 'desk' };
const installation = 5001;

/**
 * The app as it is: door, lines, operator with its effects, handler, git store. Only GitHub is not there. Settled: it
 * has read and shown all that was there before.
 */
export async function openApp(folder: string, remote: string, forge: InstantForge): Promise<OpenDoor> {
  const operators: Operator[] = [];
  const app = await startApp({
    appId: 7,
    privateKey: 'nothing is signed with it here',
    webhookSecret: secret,
    githubUrl: 'http://127.0.0.1:9/api/v3',
    port: 0,
    github: {
      identity: async () => ({ id: 7, slug: 'signalbox' }),
      installations: async () => [{ id: installation, repositories: [repository] }],
      deliveries: async () => ({ attempts: [], older: null }),
      redeliver: async () => {},
    },
    async operators() {
      const store = await openGitStore({ folder, remote, branch, author, ...ports });
      const operator = makeOperator({
        store,
        forge: forge.asForge(),
        config: async () => config,
        installedAt: '2026-05-25T00:00:00Z',
        ...ports,
      });
      operators.push(operator);
      return operator;
    },
    limits: { answerWithinMs: 120_000 }, // so that every answer tells that the request is durable
    ...ports,
  });
  await deliver(app.url, { event: 'push', payload: { ref: `refs/heads/${branch}` } });
  await operators[0]?.settled();
  return app;
}

/** Checks the signature, then changes the ticket of the comment, one after another: a commit and a push for each. */
export async function openNaiveDoor(naive: Naive): Promise<OpenDoor> {
  let last: Promise<void> = Promise.resolve();
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const given = Buffer.from(String(asked.headers['x-hub-signature-256']));
      const right = Buffer.from(sign(body));
      if (given.length !== right.length || !timingSafeEqual(given, right))
        return void answer.writeHead(401).end();
      const { issue } = JSON.parse(body) as { issue: { number: number } };
      last = last.then(() => naive.change(issue.number, true));
      last.then(
        () => answer.end('{}'),
        (error) => answer.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** The webhook of a comment. */
export async function deliverComment(url: string, { issue, comment }: Delivery): Promise<void> {
  const user = { login: 'elmar', type: 'User' };
  const payload = { action: 'created', issue: { number: issue }, comment: { ...comment, user } };
  await deliver(url, { event: 'issue_comment', payload });
}

const agent = new Agent({ keepAlive: true, maxSockets: 100 });

/** Sends a webhook, signed as GitHub signs it; resolves when it is answered with 200. */
function deliver(url: string, { event, payload }: { event: string; payload: object }): Promise<void> {
  const body = JSON.stringify({
    ...payload,
    repository: {
      id: repository.id,
      name: repository.repo,
      full_name: `${repository.owner}/${repository.repo}`,
      owner: { login: repository.owner },
    },
    installation: { id: installation },
    sender: { login: 'elmar', type: 'User' },
  });
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': systemRandom.hex(16),
    'x-hub-signature-256': sign(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/github/webhooks`, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`a webhook was answered with ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const sign = (body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
