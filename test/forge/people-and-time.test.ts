import { expect, test } from 'vitest';
import { ForgeTime } from '../../src/forge/time.ts';
import {
  at,
  forgeAtGithub,
  github,
  onlyExpectedRequests,
  repositoryIsThere,
  standingClock,
} from './world.ts';

onlyExpectedRequests();

const permissions = (over: object) => ({
  admin: false,
  maintain: false,
  push: false,
  triage: false,
  pull: false,
  ...over,
});

test.each([
  ['admin', { admin: true, maintain: true, push: true, triage: true, pull: true }],
  ['write', { maintain: true, push: true, triage: true, pull: true }],
  ['write', { push: true, triage: true, pull: true }],
  ['triage', { triage: true, pull: true }],
  ['read', { pull: true }],
  ['none', {}],
])('%s is read from what the person may do, not from the folded role', async (role, rights) => {
  github()
    .get(`${at}/collaborators/elmar/permission`)
    .reply(200, {
      permission: 'read',
      role_name: 'custom',
      user: { login: 'elmar', permissions: permissions(rights) },
    });
  expect(await forgeAtGithub().permission('elmar')).toBe(role);
});

test('somebody GitHub does not know may do nothing', async () => {
  repositoryIsThere();
  github().get(`${at}/collaborators/nobody/permission`).reply(404, { message: 'nobody is not a user' });
  expect(await forgeAtGithub().permission('nobody')).toBe('none');
});

test('a right that was taken away is gone after ten seconds, and at once for who asks afresh', async () => {
  const clock = standingClock();
  const answer = (rights: object) =>
    github()
      .get(`${at}/collaborators/elmar/permission`)
      .reply(200, { user: { permissions: permissions(rights) } });
  const forge = forgeAtGithub(clock);
  answer({ push: true });
  expect(await forge.permission('elmar')).toBe('write');
  answer({ pull: true });
  clock.move(9_999);
  expect(await forge.permission('Elmar')).toBe('write');
  clock.move(1);
  expect(await forge.permission('elmar')).toBe('read');
  answer({});
  expect(await forge.permission('elmar', undefined, { fresh: true })).toBe('none');
  expect(await forge.permission('elmar')).toBe('none');
});

test("now is the forge's, moved on by our clock", async () => {
  const clock = standingClock(Date.parse('2020-01-01T00:00:00Z'));
  github()
    .get(`${at}/issues/1`)
    .reply(410, { message: 'deleted' }, { date: 'Mon, 25 May 2026 09:12:00 GMT' });
  const forge = forgeAtGithub(clock);
  expect(forge.now()).toBe(Date.parse('2020-01-01T00:00:00Z'));
  await forge.issue(1);
  clock.move(5_000);
  expect(forge.now()).toBe(Date.parse('2026-05-25T09:12:05Z'));
});

test('Date headers are cut to seconds: now never goes back for that', () => {
  const clock = standingClock(0);
  const time = new ForgeTime(clock);
  const says = (ms: number) => time.heard(new Date(ms).toUTCString(), clock.now());
  says(1_000_000_000_000);
  clock.move(900);
  says(1_000_000_000_999);
  expect(time.now()).toBe(1_000_000_000_900);
  clock.move(200);
  says(1_000_000_001_500);
  expect(time.now()).toBe(1_000_000_001_100);
});

test('an answer that took long does not set the clock back', () => {
  const clock = standingClock(0);
  const time = new ForgeTime(clock);
  time.heard(new Date(1_000_000_000_000).toUTCString(), clock.now());
  const sent = clock.now();
  clock.move(20_000);
  time.heard(new Date(1_000_000_001_000).toUTCString(), sent);
  expect(time.now()).toBe(1_000_000_020_000);
});
