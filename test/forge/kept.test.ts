import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Api } from '../../src/forge/api.ts';
import { standingClock } from './world.ts';

test('what is asked for again and again stays known, however much else is asked for once', async () => {
  const api = new Api({
    octokit: {} as never,
    owner: 'acme',
    repo: 'desk',
    clock: standingClock(),
    log: silentLog,
  });
  let sent = 0;
  const read = (key: string) =>
    api.read(key, async (headers) => {
      if (headers['if-none-match'] !== undefined)
        throw Object.assign(new Error('not modified'), { request: {}, response: { status: 304 } });
      sent += 1;
      return { status: 200, data: key, headers: { etag: '"one"' } };
    });
  for (let other = 0; other < 2_000; other++) {
    expect(await read('issues labelled ticket')).toBe('issues labelled ticket');
    await read(`issues since ${other}`);
  }
  expect(sent).toBe(1 + 2_000);
});
