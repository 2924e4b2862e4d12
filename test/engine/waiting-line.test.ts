import { describe, expect, test } from 'vitest';
import {
  endsForAbsence,
  type Item,
  isUrgent,
  needsFreshLook,
  takeGroup,
} from '../../src/engine/waiting-line.ts';
import { restrictive } from '../../src/ticket/requests.ts';

/*
 * Which of those who wait are decided together, in which order, and who need not wait for others.
 */

/** A request that waits: its ticket (null: of the desk), its kind, and when it was made. */
function waits(id: string | null, kind: string, at = '2026-05-25T10:00:00Z'): Item {
  const request = { kind, at, actor: 'elmar', source: 'c1' };
  return { id, request, resolve: () => {}, reject: () => {} } as unknown as Item;
}

const names = (items: readonly Item[]) => items.map(({ id, request }) => `${id ?? 'desk'} ${request.kind}`);

describe('a group', () => {
  test('a stop goes before what was asked earlier, and the desk before both', () => {
    const line = [waits('MC-1', 'claim'), waits('MC-2', 'park'), waits(null, 'pause')];
    expect(names(takeGroup(line, 9))).toEqual(['desk pause', 'MC-2 park', 'MC-1 claim']);
    expect(line).toEqual([]);
  });

  test('a park that was read together with a release is decided before it', () => {
    const line = [waits('MC-1', 'release', '2026-05-25T09:00:00Z'), waits('MC-1', 'park')];
    expect(names(takeGroup(line, 9))).toEqual(['MC-1 park']);
    expect(names(line)).toEqual(['MC-1 release']);
  });

  test('of equal ones the older is decided first, and of one moment who came first', () => {
    const line = [
      waits('MC-1', 'release', '2026-05-25T11:00:00Z'),
      waits('MC-3', 'release'),
      waits('MC-2', 'release'),
    ];
    expect(names(takeGroup(line, 9))).toEqual(['MC-3 release', 'MC-2 release', 'MC-1 release']);
  });

  test('a ticket has one request in it, and so has the desk: the others wait, in their order', () => {
    const all = ['MC-1', 'MC-2', 'MC-1', null, 'MC-1', null] as const;
    const line = all.map((id, nth) => waits(id, id ? 'claim' : 'pause', `2026-05-25T10:00:0${nth}Z`));
    expect(names(takeGroup(line, 9))).toEqual(['desk pause', 'MC-1 claim', 'MC-2 claim']);
    expect(line.map(({ request }) => request.at.slice(-3, -1))).toEqual(['02', '04', '05']);
  });

  test('is never larger than its limit', () => {
    const line = ['MC-1', 'MC-2', 'MC-3'].map((id) => waits(id, 'claim'));
    expect(takeGroup(line, 2)).toHaveLength(2);
    expect(names(line)).toEqual(['MC-3 claim']);
  });
});

test('people’s stops, the desk, the gate and a worker’s signal wait for nobody; a claim and a release do', () => {
  for (const kind of [...restrictive, 'bind', 'signal']) expect(isUrgent(waits('MC-1', kind))).toBe(true);
  expect(restrictive).toContain('park');
  expect(isUrgent(waits(null, 'resume'))).toBe(true);
  for (const kind of ['claim', 'release', 'due']) expect(isUrgent(waits('MC-1', kind))).toBe(false);
});

test('whoever would end an attempt for absence, or decide its signal, looks at the remote first', () => {
  for (const kind of ['lost', 'quota', 'stopped_by_person', 'expire']) {
    expect(endsForAbsence(waits('MC-1', kind))).toBe(true);
    expect(needsFreshLook(waits('MC-1', kind))).toBe(true);
    expect(endsForAbsence(waits(null, kind))).toBe(false);
  }
  expect(endsForAbsence(waits('MC-1', 'signal'))).toBe(false);
  expect(needsFreshLook(waits('MC-1', 'signal'))).toBe(true);
  for (const kind of ['park', 'claim']) expect(needsFreshLook(waits('MC-1', kind))).toBe(false);
});
