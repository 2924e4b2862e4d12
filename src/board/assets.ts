import { readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import { etag } from 'hono/etag';
import type { Vars } from './request.ts';

/** Beside the sources and beside what they are compiled to. */
const folder = new URL('../../assets/', import.meta.url);

const types: Record<string, string> = {
  'board.css': 'text/css; charset=utf-8',
  'board.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/** The few files that pages load, by their names: no path of a request ever meets the disk. */
export function addAssets(app: Hono<Vars>): void {
  app.use('/assets/*', etag());
  for (const [name, type] of Object.entries(types)) {
    const bytes = readFileSync(new URL(name, folder));
    app.get(`/assets/${name}`, (c) =>
      c.body(bytes, 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }),
    );
  }
}
