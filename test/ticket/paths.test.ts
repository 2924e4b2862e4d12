import { describe, expect, test } from 'vitest';
import {
  archivePath,
  idOfArchivePath,
  isTicketId,
  keptPath,
  parseQuarantinePath,
  parseSignalPath,
  parseSignalRef,
  parseWorkRef,
  pathOfKept,
  quarantinePath,
  signalPath,
  signalRef,
  ticketIdOf,
  ticketPath,
  workRef,
} from '../../src/ticket/paths.ts';

const digest = 'a'.repeat(64);
const longest = 'x'.repeat(64);
const noIds = ['', '.', '..', 'a/b', '-a', 'a--b', 'a b', 'ä', `${longest}x`];

test('an id is a safe name of a file and a ref', () => {
  expect(['MC-1', 'a', '007', longest].filter((id) => !isTicketId(id))).toEqual([]);
  expect(noIds.filter(isTicketId)).toEqual([]);
});

describe('what is made is read back as what it was', () => {
  const name = { id: 'MC-1', attempt: 12 };
  test('a ticket, open or in the archive', () => {
    expect(ticketIdOf(ticketPath('MC-1'))).toBe('MC-1');
    expect(archivePath('MC-1')).toMatch(/^archive\/[0-9a-f]{2}\/MC-1\.yaml$/);
    expect(idOfArchivePath(archivePath('MC-1'))).toBe('MC-1');
  });

  test('a signal by file and by ref, and the work of an attempt', () => {
    expect(parseSignalPath(signalPath('MC-1', 12))).toEqual(name);
    expect(parseSignalRef(signalRef('MC-1', 12))).toEqual(name);
    expect(parseWorkRef(workRef('MC-1', 12))).toEqual(name);
  });

  test('a refused signal, also one that names no possible ticket', () => {
    expect(parseQuarantinePath(quarantinePath('MC-1', 12, digest))).toEqual({ ...name, digest });
    expect(quarantinePath('../x', 0, digest)).toBe(`quarantine/_/0-${digest}.yaml`);
    expect(parseQuarantinePath(quarantinePath('../x', 0, digest))).toEqual({ id: '_', attempt: 0, digest });
  });

  test('what is kept beside a file that cannot be read', () => {
    expect(pathOfKept(keptPath('tickets/MC-1.yaml'))).toBe('tickets/MC-1.yaml');
    expect(pathOfKept('tickets/MC-1.yaml')).toBeNull();
    expect(pathOfKept('keptless')).toBeNull();
  });
});

describe("what is nobody's is not read as somebody's", () => {
  test.each([
    'x/tickets/MC-1.yaml',
    'tickets/MC-1.yaml.orig',
    'tickets/a/MC-1.yaml',
    'tickets/.yaml',
    'tickets/MC-1xyaml',
  ])('%s', (path) => expect(ticketIdOf(path)).toBeNull());

  test.each([
    archivePath('MC-1').replace(/[0-9a-f]{2}/, 'zz'),
    archivePath('MC-1').replace('MC-1', 'MC-2'),
    `x/${archivePath('MC-1')}`,
    `${archivePath('MC-1')}.orig`,
  ])('%s', (path) => expect(idOfArchivePath(path)).toBeNull());

  test.each(['0', '01', '-1', '1x', 'x', '1234567890', ''])('the attempt %j', (attempt) => {
    expect(parseSignalPath(`signals/MC-1/${attempt}.yaml`)).toBeNull();
    expect(parseSignalRef(`refs/signalbox/signal/MC-1/${attempt}`)).toBeNull();
    expect(parseWorkRef(`refs/signalbox/work/MC-1/${attempt}`)).toBeNull();
  });

  test.each(noIds)('the id %j', (id) => {
    expect(parseSignalPath(`signals/${id}/1.yaml`)).toBeNull();
    expect(parseSignalRef(`refs/signalbox/signal/${id}/1`)).toBeNull();
    expect(parseWorkRef(`refs/signalbox/work/${id}/1`)).toBeNull();
    expect(parseQuarantinePath(`quarantine/${id}/1-${digest}.yaml`)).toBeNull();
  });

  test('what only holds such a path', () => {
    for (const [before, after] of [
      ['x/', ''],
      ['', 'x'],
    ]) {
      expect(parseSignalPath(`${before}signals/MC-1/1.yaml${after}`)).toBeNull();
      expect(parseSignalRef(`${before}refs/signalbox/signal/MC-1/1${after && '/x'}`)).toBeNull();
      expect(parseWorkRef(`${before}refs/signalbox/work/MC-1/1${after && '/x'}`)).toBeNull();
      expect(parseQuarantinePath(`${before}quarantine/MC-1/1-${digest}.yaml${after}`)).toBeNull();
    }
    expect(parseQuarantinePath(`quarantine/MC-1/1-${digest}a.yaml`)).toBeNull();
    expect(parseQuarantinePath(`quarantine/MC-1/1-${digest.slice(1)}.yaml`)).toBeNull();
  });
});
