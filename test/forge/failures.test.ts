import { expect, test } from 'vitest';
import { at, forgeAtGithub, github, onlyExpectedRequests, standingClock } from './world.ts';

onlyExpectedRequests();

test.each([
  [401, 'Bad credentials', 'config', 'bad-credentials'],
  [403, 'Resource not accessible by integration', 'config', 'forbidden'],
  [404, 'Not Found', 'config', 'not-found'],
  [410, 'deleted', 'config', 'gone'],
  [422, 'Validation Failed', 'config', 'rejected'],
  [429, 'slow down', 'forge', 'rate-limited'],
  [500, 'oops', 'forge', 'forge-failed'],
  [503, 'unicorn', 'forge', 'forge-failed'],
])('%i "%s" says who must act', async (status, message, kind, code) => {
  github().patch(`${at}/issues/comments/5`).reply(status, { message });
  await expect(forgeAtGithub().updateComment(5, 'x')).rejects.toMatchObject({
    name: 'SignalboxError',
    kind,
    code,
    hint: expect.any(String),
  });
});

test('a network without GitHub is worth another try', async () => {
  github().patch(`${at}/issues/comments/5`).replyWithError('connect ECONNREFUSED');
  await expect(forgeAtGithub().updateComment(5, 'x')).rejects.toMatchObject({
    kind: 'forge',
    code: 'unreachable',
  });
});

test('a used-up rate limit silences everything until its reset', async () => {
  const clock = standingClock();
  const reset = String(clock.now() / 1000 + 600);
  github()
    .patch(`${at}/issues/comments/5`)
    .reply(
      403,
      { message: 'API rate limit exceeded' },
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    );
  const forge = forgeAtGithub(clock);
  const change = () => forge.updateComment(5, 'x');
  await expect(change()).rejects.toMatchObject({ code: 'rate-limited' });
  clock.move(599_000);
  await expect(change()).rejects.toMatchObject({ code: 'rate-limited' });
  github().patch(`${at}/issues/comments/5`).reply(200, {});
  clock.move(1_000);
  await change();
});
