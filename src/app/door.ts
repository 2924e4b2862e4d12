import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Probot } from 'probot';
import type { Clock } from '../base/clock.ts';
import { asError, SignalboxError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

const webhookPath = '/api/github/webhooks';

export interface DoorLimits {
  /** GitHub hangs up after ten seconds and calls the delivery failed. */
  answerWithinMs: number;
  /** GitHub sends no larger payloads. */
  bodyBytesMax: number;
}

export interface DoorOptions {
  probot: Probot;
  limits: DoorLimits;
  /** Whether the app serves yet, for `/readyz`. */
  ready: () => boolean;
  /** Answers what is no webhook. */
  pages: RequestListener;
  clock: Clock;
  log: Log;
}

/**
 * The app's one address. In this order: path and method, type and headers, size, the signature over the raw body,
 * and only then is anything parsed. A delivery is answered when its work is done (200) or failed (500: GitHub marks
 * it and it can be redelivered), and with 202 where that would take longer than GitHub waits.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #atWork = new Set<Promise<void>>();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  readonly listener: RequestListener = (request, response) => {
    this.#handle(request, response).catch((error) => {
      this.#options.log.error('a request failed', { error: asError(error) });
      if (response.headersSent) response.destroy();
      else answer(response, 500, { error: 'internal' });
    });
  };

  /** Resolves when no accepted delivery is being worked on, those answered with 202 included. */
  async drained(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.allSettled(this.#atWork);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') return answer(response, 200, { ok: true });
    if (path === '/readyz')
      return answer(response, this.#options.ready() ? 200 : 503, { ready: this.#options.ready() });
    if (path !== webhookPath) return this.#options.pages(request, response);
    if (request.method !== 'POST') return answer(response, 405, { error: 'post-only' });
    await this.#delivery(request, response);
  }

  async #delivery(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { probot, limits } = this.#options;
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return answer(response, 415, { error: 'json-only' });
    }
    const [name, id] = [header(request, 'x-github-event'), header(request, 'x-github-delivery')];
    if (!name || !id) return answer(response, 400, { error: 'headers-missing' });
    const body = await readBody(request, limits.bodyBytesMax);
    if (body === null) {
      response.setHeader('connection', 'close');
      return answer(response, 413, { error: 'too-large' });
    }
    const signature = header(request, 'x-hub-signature-256');
    if (!signature || body === '' || !(await probot.webhooks.verify(body, signature))) {
      return answer(response, 401, { error: 'bad-signature' });
    }
    const payload = parse(body);
    if (!payload) return answer(response, 400, { error: 'not-json' });
    await this.#work({ id, name, payload } as Delivery, response);
  }

  async #work(delivery: Delivery, response: ServerResponse): Promise<void> {
    const { probot, limits, clock, log } = this.#options;
    const facts = { delivery: delivery.id, event: delivery.name };
    const work = probot.receive(delivery);
    const done = work.then(
      () => answer(response, 200, { ok: true }),
      (thrown) => {
        const error = causeOf(thrown);
        log.error('a delivery failed', { ...facts, error, answered: response.headersSent });
        answer(response, 500, { error: error instanceof SignalboxError ? error.code : 'internal' });
      },
    );
    this.#atWork.add(done);
    const callOff = clock.after(limits.answerWithinMs, () => answer(response, 202, { ok: 'still at work' }));
    await done;
    callOff();
    this.#atWork.delete(done);
  }
}

type Delivery = Parameters<Probot['receive']>[0];

/** The first answer counts: the work's own comes too late after a 202. */
function answer(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** The body as text; null where it is larger than `bytesMax`, of which no more is read. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** Octokit gathers what its handlers threw; each event has one handler here. */
function causeOf(thrown: unknown): Error {
  return asError(thrown instanceof AggregateError ? thrown.errors[0] : thrown);
}
