import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import nock from 'nock';
import { describe, expect, test } from 'vitest';
import {
  at,
  forgeAt,
  forgeAtGithub,
  github,
  onlyExpectedRequests,
  repositoryIsThere,
  repositoryJson,
} from './world.ts';

onlyExpectedRequests();

const path = `${at}/actions/workflows/signalbox.yml/dispatches`;
const lost = { kind: 'forge', code: 'answer-lost' };
const inputs = { ticket: 'MC-4159', attempt: '3', claim: 'c0ffee', phase: 'dev' };

/** Answers up to four POSTs of the dispatch; the bodies that came are kept. */
function everyPostGets(status: number, answer: object): unknown[] {
  const bodies: unknown[] = [];
  const reply = (_: string, body: unknown) => {
    bodies.push(body);
    return [status, answer] as [number, object];
  };
  repositoryIsThere();
  github().post(path).optionally().times(4).reply(reply);
  return bodies;
}

describe('a dispatch', () => {
  test('is one POST on the default branch and tells the run', async () => {
    const bodies = everyPostGets(200, { workflow_run_id: 990, run_url: 'u', html_url: 'h' });
    expect(await forgeAtGithub().dispatch('signalbox.yml', inputs)).toEqual({ run: 990 });
    expect(bodies).toEqual([{ ref: 'main', inputs, return_run_details: true }]);
  });

  test.each([500, 502, 504])('whose answer is lost behind a %i is not repeated', async (status) => {
    const bodies = everyPostGets(status, { message: 'oops' });
    await expect(forgeAtGithub().dispatch('signalbox.yml', inputs)).rejects.toMatchObject(lost);
    expect(bodies).toHaveLength(1);
  });

  test('whose connection breaks after it was sent is not repeated', async () => {
    let posts = 0;
    const server = createServer((request, response) => {
      if (request.method === 'GET')
        return response.setHeader('content-type', 'application/json').end(repositoryJson);
      posts++;
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    nock.enableNetConnect('127.0.0.1');
    const forge = forgeAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(forge.dispatch('signalbox.yml', inputs)).rejects.toMatchObject(lost);
    expect(posts).toBe(1);
    nock.disableNetConnect();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('to a server that does not know return_run_details goes without it, from then on too', async () => {
    const bodies: unknown[] = [];
    repositoryIsThere();
    github()
      .post(path, (body) => 'return_run_details' in body && bodies.push(body) > 0)
      .reply(422, { message: 'Invalid request. "return_run_details" is not a permitted key.' });
    github()
      .post(path, (body) => !('return_run_details' in body) && bodies.push(body) > 0)
      .twice()
      .reply(204);
    const forge = forgeAtGithub();
    expect(await forge.dispatch('signalbox.yml', inputs)).toEqual({ run: null });
    expect(await forge.dispatch('signalbox.yml', inputs)).toEqual({ run: null });
    expect(bodies).toHaveLength(3);
  });

  test.each([
    [404, 'Not Found', 'no-workflow'],
    [422, "Workflow does not have 'workflow_dispatch' trigger", 'no-workflow'],
    [422, "Event 'workflow_dispatch' is not allowed to trigger Actions workflows", 'dispatch-refused'],
    [422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow", 'dispatch-refused'],
    [403, 'Resource not accessible by integration', 'dispatch-refused'],
  ])('that can never succeed is refused: %i %s', async (status, message, code) => {
    everyPostGets(status, { message });
    expect(await forgeAtGithub().dispatch('signalbox.yml', inputs)).toMatchObject({ refused: { code } });
  });

  test('under a rate limit is neither refused nor lost, and nothing is sent until the limit is over', async () => {
    repositoryIsThere();
    github()
      .post(path)
      .reply(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '30' });
    const forge = forgeAtGithub();
    for (const _ of [1, 2]) {
      await expect(forge.dispatch('signalbox.yml', inputs)).rejects.toMatchObject({
        kind: 'forge',
        code: 'rate-limited',
      });
    }
  });
});
