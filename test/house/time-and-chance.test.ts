import { describe, expect, test } from 'vitest';
import { type Node, nodes, type Source, sources } from './source.ts';

/*
 * Time and chance come in through ports (`Clock`, `Random` in src/base): a test drives the clock by hand, the
 * simulation jumps it, and a failure can be played again.
 */

const timers = ['setTimeout', 'setInterval', 'setImmediate'];
const members = [
  'Date.now',
  'Math.random',
  'performance.now',
  'AbortSignal.timeout',
  'process.hrtime',
  'crypto.randomUUID',
  'crypto.randomBytes',
  'crypto.getRandomValues',
];
/** Imported by name from a module, so no object stands before them. */
const imported = ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues'];
const modules = ['node:timers', 'node:timers/promises', 'node:perf_hooks'];

/** What a node takes from the machine's own time or chance; undefined where nothing. */
function taken(node: Node): string | undefined {
  if (node.type === 'NewExpression' && name(node.callee) === 'Date' && list(node.arguments).length === 0)
    return 'new Date()';
  if (node.type === 'MemberExpression') {
    const member = `${name(node.object)}.${name(node.property)}`.replace(/^(globalThis|global)\./, '');
    return members.includes(member) || timers.includes(member) ? member : undefined;
  }
  if (node.type === 'CallExpression')
    return [...timers, ...imported, 'Date'].find((one) => one === name(node.callee));
  if (node.type === 'ImportSpecifier')
    return [...timers, ...imported].find((one) => one === name(node.imported));
  if (node.type === 'ImportDeclaration') return modules.find((one) => one === value(node.source));
  return undefined;
}

const list = (field: unknown): unknown[] => (Array.isArray(field) ? field : []);
const name = (field: unknown): string => String((field as { name?: unknown } | null)?.name ?? '');
const value = (field: unknown): string => String((field as { value?: unknown } | null)?.value ?? '');

function faults(tree: Source[]): string[] {
  return tree
    .filter(({ path }) => !path.startsWith('src/base/'))
    .flatMap(({ path, text }) =>
      nodes(text, path.endsWith('.tsx') ? 'tsx' : 'ts').flatMap((node) => {
        const what = taken(node);
        return what === undefined
          ? []
          : [`${path} uses ${what}: take a Clock or a Random (src/base) as an argument`];
      }),
    );
}

test('time and chance are taken from src/base alone', () => {
  expect(faults(sources('src')).join('\n')).toBe('');
});

describe('caught', () => {
  const samples: [string, string][] = [
    ['const a = Date.now();', 'Date.now'],
    ['const a = new Date();', 'new Date()'],
    ['const a = Date();', 'Date'],
    ['const a = Math.random();', 'Math.random'],
    ['const now = Date.now; now();', 'Date.now'],
    ['setTimeout(() => {}, 5);', 'setTimeout'],
    ['globalThis.setInterval(() => {}, 5);', 'setInterval'],
    ["import { setTimeout as sleep } from 'node:timers/promises'; sleep(1);", 'node:timers/promises'],
    ["import { randomUUID as id } from 'node:crypto'; id();", 'randomUUID'],
    ["import * as crypto from 'node:crypto'; crypto.randomBytes(8);", 'crypto.randomBytes'],
    ['fetch(url, { signal: AbortSignal.timeout(5) });', 'AbortSignal.timeout'],
  ];
  test.each(samples)('%s', (text, what) => {
    expect(faults([{ path: 'src/engine/a.ts', text }]).join('\n')).toContain(`uses ${what}`);
  });
});

test('not caught: dates of given moments, words in comments and strings, and src/base', () => {
  const text = `
    // never Date.now() here
    const a = new Date(5), b = 'Math.random()', c = \`setTimeout(\${a})\`;
    interface Clock { setTimeout: number }
  `;
  expect(faults([{ path: 'src/engine/a.ts', text }])).toEqual([]);
  expect(faults([{ path: 'src/base/a.ts', text: 'Date.now();' }])).toEqual([]);
});
