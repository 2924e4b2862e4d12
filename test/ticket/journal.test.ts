import { expect, test } from 'vitest';
import { happening, happeningOf, readTransition, repositoryAt } from '../../src/ticket/journal.ts';

const where = { repository: 'fleet/reports', branch: 'signalbox' };
const recorded = {
  commit: 'c'.repeat(40),
  number: 2,
  change: 'f00d',
  at: '2026-05-25T12:00:00Z',
  ticket: 'MC-1',
  transition: 'park: in_progress -> waiting',
  actor: 'elmar',
  cause: 'c204',
  attempt: 3,
};

test('a transition is told whole, with a name that it keeps', () => {
  const told = happeningOf(recorded, where);
  expect(told).toMatchObject({
    id: `${'c'.repeat(40)}.2`,
    request: 'park',
    from: 'in_progress',
    to: 'waiting',
    change: 'f00d',
    ...where,
  });
  expect(happening.parse(told)).toEqual(told);
});

test.each([
  ['create -> waiting', { request: 'create', refused: null, from: null, to: 'waiting' }],
  ['bind: in_progress', { request: 'bind', refused: null, from: 'in_progress', to: 'in_progress' }],
  [
    'accept 3fa9c0de: waiting -> done',
    { request: 'accept 3fa9c0de', refused: null, from: 'waiting', to: 'done' },
  ],
  ['done refused: attempt-closed', { request: 'done', refused: 'attempt-closed', from: null, to: null }],
  [
    'park, hold by push: waiting',
    { request: 'park, hold by push', refused: null, from: 'waiting', to: 'waiting' },
  ],
  ['put back: state todo to done (no-row)', { request: 'put back', refused: null, from: null, to: null }],
  [
    'unreadable (bad-yaml) by push',
    { request: 'unreadable (bad-yaml) by push', refused: null, from: null, to: null },
  ],
  ['', { request: '', refused: null, from: null, to: null }],
])('%s', (text, expected) => {
  expect(readTransition(text)).toEqual(expected);
});

test.each([
  ['https://github.com/fleet/reports.git', 'fleet/reports'],
  ['http://127.0.0.1:3001/fleet/reports', 'fleet/reports'],
  ['git@github.com:fleet/reports.git', 'fleet/reports'],
  ['ssh://git@github.com/fleet/reports', 'fleet/reports'],
  ['/srv/git/reports.git', '/srv/git/reports.git'],
])('the repository at %s', (address, name) => {
  expect(repositoryAt(address)).toBe(name);
});
