import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../house/source.ts';
import { pages } from './pages.ts';

const folder = join(root, 'docs');
const made = Object.entries(await pages());

if (process.env.UPDATE === '1') for (const [name, text] of made) writeFileSync(join(folder, name), text);

test.each(made)('docs/%s is what the code makes (npm run docs rewrites it)', (name, text) => {
  expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
});
