import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { makeSettings } from '../../src/engine/settings.ts';
import { hurried } from './desk.ts';

const broken = 'format: 1\nagnets: {}\n';
const good = (prefix: string) => `format: 1\nprefix: ${prefix}\n`;

/** The settings of a process that starts on a default branch where the config has these versions, newest first. */
function started(versions: (string | null)[]) {
  const clock = hurried();
  const forge = {
    file: async (_path: string, commit?: string) => versions[Number(commit ?? 0)] ?? null,
    commitsOf: async (_path: string, most: number) => versions.slice(0, most).map((_, index) => `${index}`),
  };
  const { config, broken: why } = makeSettings(forge, { clock, log: silentLog });
  const later = async () => {
    clock.after(60_000, () => {});
    return (await config()).prefix;
  };
  return { versions, prefix: later, why };
}

test('a process that starts on a broken config takes the last good version of it, and says why', async () => {
  const { prefix, why } = started([broken, '- [', null, good('OLD'), good('OLDER')]);
  expect(await prefix()).toBe('OLD');
  expect(why()).toContain('.github/signalbox.yml: ');
});

test('one that was read before it was broken stays in force, until it is mended', async () => {
  const { versions, prefix, why } = started([good('ONE')]);
  expect(await prefix()).toBe('ONE');
  versions.unshift(broken, good('BETWEEN'));
  expect(await prefix()).toBe('ONE');
  expect(why()).not.toBeNull();
  versions.unshift(good('TWO'));
  expect(await prefix()).toBe('TWO');
  expect(why()).toBeNull();
});

test('where none of the last twenty versions can be read there is nothing to go by', async () => {
  const { prefix } = started([...Array(20).fill(broken), good('ANCIENT')]);
  await expect(prefix()).rejects.toMatchObject({ code: 'bad-config' });
});
