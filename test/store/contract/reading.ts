import { expect, test } from 'vitest';
import { archivePath, quarantinePath, ticketPath } from '../../../src/ticket/paths.ts';
import { pushed } from '../worlds.ts';
import { type Start, ticketText } from './support.ts';

export function reading(start: Start): void {
  test('a remote without a state branch is an empty desk', async () => {
    const store = await (await start()).open();
    const snapshot = await store.read();
    expect(snapshot).toMatchObject({
      head: null,
      witness: null,
      movedBack: false,
      headTime: 0,
      signals: [],
      quarantine: [],
    });
    expect(snapshot.tickets.size).toBe(0);
    expect(snapshot.desk.paused).toBe(false);
    expect(await snapshot.file('desk.yaml')).toBeNull();
    expect(await snapshot.archived('MC-1')).toBeNull();
    expect(await store.history('MC-1')).toEqual([]);
  });

  test('what people pushed is read; a broken file harms itself alone; a path that is nobody’s is left alone', async () => {
    const world = await start();
    const oid = await pushed(world, {
      'README.md': '# ours',
      'tickets/MC-1.yaml': ticketText('MC-1'),
      'tickets/MC-2.yaml': 'format: 1\nid: [',
      'tickets/MC-3.yaml': 'format: 2\nname: MC-3\n',
      'tickets/MC-4.yaml': ticketText('MC-1'),
      'tickets/a b.yaml': ticketText('MC-5'),
      'tickets/notes.txt': 'x',
      'tickets/deep/MC-6.yaml': ticketText('MC-6'),
      'tickets/MC-7.yaml': `format: 1\n${'# x\n'.repeat(100_000)}`,
      [archivePath('MC-1')]: ticketText('MC-1', 'the archived one'),
      [archivePath('MC-8')]: ticketText('MC-8'),
      'archive/00/MC-9.yaml': ticketText('MC-9'),
      'signals/MC-1/3.yaml': 'kind: done\n',
      'signals/MC-1/three.yaml': 'x',
      'signals/loose.yaml': 'x',
      [quarantinePath('MC-1', 3, 'a'.repeat(64))]: 'x',
      'quarantine/MC-1/notes.txt': 'x',
    });
    const store = await world.open();
    const snapshot = await store.read();
    expect(snapshot).toMatchObject({
      head: oid,
      witness: null,
      movedBack: false,
      headTime: 1_800_000_000_000,
    });
    const found = [...snapshot.tickets.values()].map(({ id, broken }) => [id, broken?.code ?? 'fine']);
    expect(Object.fromEntries(found)).toEqual({
      'MC-1': 'fine',
      'MC-2': 'bad-yaml',
      'MC-3': 'newer-format',
      'MC-4': 'id-mismatch',
      'MC-7': 'too-large',
      'a b': 'bad-id',
    });
    expect(snapshot.tickets.get('MC-1')).toMatchObject({
      path: 'tickets/MC-1.yaml',
      ticket: { title: 'A ticket' },
    });
    expect(snapshot.tickets.get('MC-2')?.text).toBe('format: 1\nid: [');
    expect(snapshot.signals).toEqual([
      { ticket: 'MC-1', attempt: 3, text: 'kind: done\n', place: 'signals/MC-1/3.yaml', channel: 'file' },
    ]);
    expect(snapshot.quarantine).toEqual([quarantinePath('MC-1', 3, 'a'.repeat(64))]);
    expect((await snapshot.archived('MC-8'))?.ticket?.id).toBe('MC-8');
    expect((await snapshot.archived('MC-1'))?.ticket?.title).toBe('the archived one');
    expect(await snapshot.archived('MC-9')).toBeNull();
    expect(await snapshot.file('README.md')).toBe('# ours');
    expect(await snapshot.file('tickets')).toBeNull();
    expect(await snapshot.file('README.md/x')).toBeNull();
  });

  test('a desk that cannot be read starts nothing, and says so', async () => {
    const world = await start();
    await pushed(world, { 'desk.yaml': 'format: 1\npaused: true\n' });
    const store = await world.open();
    expect(await store.read()).toMatchObject({ desk: { paused: true }, deskBroken: null });
    await pushed(world, { 'desk.yaml': 'format: 1\npuased: true\n' });
    expect(await store.read({ fresh: true })).toMatchObject({
      desk: { paused: true },
      deskBroken: { code: 'bad-field' },
    });
    await pushed(world, { 'desk.yaml': null });
    expect(await store.read({ fresh: true })).toMatchObject({ desk: { paused: false }, deskBroken: null });
  });

  test('what counts of a file while it cannot be read is kept beside it', async () => {
    const world = await start();
    const kept = 'format: 1\ndraining: true\n';
    await pushed(world, {
      'desk.yaml': 'format: 1\npuased: true\n',
      'kept/desk.yaml': kept,
      'kept/tickets/MC-1.yaml': ticketText('MC-1'),
    });
    const store = await world.open();
    expect(await store.read()).toMatchObject({
      desk: { draining: true, paused: false },
      deskBroken: { code: 'bad-field' },
      kept: new Map([
        ['desk.yaml', kept],
        ['tickets/MC-1.yaml', ticketText('MC-1')],
      ]),
    });
    await pushed(world, { 'desk.yaml': 'format: 1\n' });
    expect(await store.read({ fresh: true })).toMatchObject({ desk: { draining: false }, deskBroken: null });
    await pushed(world, { 'kept/desk.yaml': null, 'kept/tickets/MC-1.yaml': null });
    expect((await store.read({ fresh: true })).kept).toEqual(new Map());
  });

  test('a push by others is seen by a fresh read; what did not change is the very same object', async () => {
    const world = await start();
    await pushed(world, {
      [ticketPath('MC-1')]: ticketText('MC-1'),
      [ticketPath('MC-2')]: ticketText('MC-2'),
    });
    const store = await world.open();
    const before = await store.read();
    const oid = await pushed(world, { [ticketPath('MC-2')]: ticketText('MC-2', 'Another title') });
    expect(await store.read()).toBe(before);
    const after = await store.read({ fresh: true });
    expect(after.head).toBe(oid);
    expect(after.tickets.get('MC-1')).toBe(before.tickets.get('MC-1'));
    expect(after.tickets.get('MC-2')?.ticket?.title).toBe('Another title');
    expect(before.tickets.get('MC-2')?.ticket?.title).toBe('A ticket');
    expect(await before.file(ticketPath('MC-2'))).toBe(ticketText('MC-2'));
    expect(await store.read({ fresh: true })).toBe(after);
  });

  test('what differs between two commits, and the commits between them', async () => {
    const world = await start();
    const store = await world.open();
    const one = await pushed(world, { a: '1', 'b/c/d': '2', 'b/c/e': '3' });
    const two = await pushed(world, { a: null, 'b/c/d': '4' });
    const three = await pushed(world, { b: 'now a file' });
    await store.read();
    const diff = async (from: string | null, to: string) =>
      Object.fromEntries(
        (await store.diff(from, to)).map(({ path, before, after }) => [path, [before, after]]),
      );
    expect(await diff(null, one)).toEqual({ a: [null, '1'], 'b/c/d': [null, '2'], 'b/c/e': [null, '3'] });
    expect(await diff(one, two)).toEqual({ a: ['1', null], 'b/c/d': ['2', '4'] });
    expect(await diff(two, three)).toEqual({
      b: [null, 'now a file'],
      'b/c/d': ['4', null],
      'b/c/e': ['3', null],
    });
    expect(await diff(three, three)).toEqual({});
    expect(await store.commitsBetween(null, three)).toEqual([one, two, three]);
    expect(await store.commitsBetween(one, three)).toEqual([two, three]);
    expect(await store.commitsBetween(two, three)).toEqual([three]);
    expect(await store.commitsBetween(three, three)).toEqual([]);
  });
}
