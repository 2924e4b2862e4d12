import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imports, root, sources } from './source.ts';

interface Manifest {
  engines: { node: string };
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

interface Locked {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, Locked>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;

test('the lock file names no host but the public registry', () => {
  const elsewhere = Object.entries(lock.packages).flatMap(([name, { resolved }]) =>
    resolved === undefined || resolved.startsWith('https://registry.npmjs.org/')
      ? []
      : [`${name}: ${resolved}`],
  );
  expect(elsewhere.join('\n'), 'a lock file with another host installs nowhere else').toBe('');
});

test('every locked package carries its digest', () => {
  // A platform's own package may lack it where the lock was made on another platform, whose registry did not have it.
  const without = Object.entries(lock.packages).flatMap(([name, { integrity, link, optional, os }]) =>
    name === '' || link || integrity || (optional && os) ? [] : [name],
  );
  expect(without, 'without a digest the registry may change what is installed').toEqual([]);
});

test('the lock file holds the packages of every platform', () => {
  const places = Object.keys(lock.packages);
  const absent = Object.values(lock.packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`)));
  expect([...new Set(absent)], '`npm ci` refuses a lock file without them, on every platform').toEqual([]);
});

test('nothing of ours runs when somebody installs', () => {
  const scripts = ['preinstall', 'install', 'postinstall', 'prepare'].filter(
    (name) => name in manifest.scripts,
  );
  expect(scripts, 'an install that runs code is refused in many places, and rightly').toEqual([]);
});

test('what src imports is a dependency, and every dependency is imported', () => {
  const used = new Set(
    sources('src')
      .flatMap(imports)
      .map(({ target }) => target)
      .filter((target) => !target.startsWith('src/') && !target.startsWith('node:'))
      .map((target) =>
        target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  );
  const declared = new Set(Object.keys(manifest.dependencies));
  expect([...used].filter((name) => !declared.has(name)).sort(), 'imported and not a dependency').toEqual([]);
  expect([...declared].filter((name) => !used.has(name)).sort(), 'a dependency that nothing imports').toEqual(
    [],
  );
});
