import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { publishedSchemas } from '../../src/ticket/schemas.ts';

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));
const made = Object.entries(publishedSchemas()).map(([name, schema]) => ({
  file: `${name}.schema.json`,
  text: `${JSON.stringify(schema, null, 2)}\n`,
}));

if (process.env.UPDATE === '1') for (const { file, text } of made) writeFileSync(folder + file, text);

test.each(made)('schemas/$file is what the zod schemas make (UPDATE=1 rewrites it)', ({ file, text }) => {
  expect(readFileSync(folder + file, 'utf8')).toBe(text);
});

test('there is no schema that nothing makes', () => {
  expect(readdirSync(folder).sort()).toEqual(made.map(({ file }) => file).sort());
});
