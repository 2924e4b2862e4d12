import { expect, test } from 'vitest';
import { readCapacity } from '../../src/cli/credentials.ts';

test('SIGNALBOX_CAPACITY is a whole number, or nothing is limited; anything else is said by its name', () => {
  expect(readCapacity({})).toBeUndefined();
  expect(readCapacity({ SIGNALBOX_CAPACITY: '' })).toBeUndefined();
  expect(readCapacity({ SIGNALBOX_CAPACITY: '12' })).toBe(12);
  for (const bad of ['0', '-1', '1.5', 'many'])
    expect(() => readCapacity({ SIGNALBOX_CAPACITY: bad })).toThrow(`SIGNALBOX_CAPACITY is "${bad}"`);
});
