import type { Context } from 'hono';
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

type Content = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What people see in a browser, as plain as it can be. `again`: it is loaded anew after so many seconds. */
export function page(c: Context, title: string, content: Content, again?: number) {
  c.header(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  );
  return c.html(html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${again === undefined ? '' : html`<meta http-equiv="refresh" content="${again}" />`}
        <title>${title}</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0.8rem; border: 1px solid; border-radius: 6px; }
          button { font: inherit; display: block; width: 16rem; margin: 0.5rem 0; padding: 0.6rem; cursor: pointer; }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`);
}
