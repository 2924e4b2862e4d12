import { existsSync, readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import { html } from 'hono/html';
import { notFound } from '../http.ts';
import { page } from '../page.ts';
import { logPath } from './job-runner.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import { latest } from './records.ts';

/** How often the page of a run that goes on is loaded anew, in seconds. */
const againSeconds = 3;

/** A run with the logs of its jobs. As on github.com a browser sees a log grow, which the API gives only at its end. */
export function mountRunPage(app: Hono, ledger: Ledger, machine: Machine): void {
  const { host } = ledger;
  app.get('/:owner/:repo/actions/runs/:run{[0-9]+}', (c) => {
    const { owner, repo, run: id } = c.req.param();
    host.authorize(c, `${owner}/${repo}`, 'actions', 'read');
    const run = ledger.findRun(host.repository(`${owner}/${repo}`)?.id ?? 0, Number(id));
    if (!run) throw notFound();
    const { displayTitle, status, conclusion, jobs } = latest(run);
    const shown = jobs.map((job) => {
      const { name, status: how, conclusion: end } = ledger.job(job);
      const path = logPath(machine, job);
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      return html`<h2>${name}: ${(end ?? how).replace('_', ' ')}</h2><pre>${text}</pre>`;
    });
    const words = `${(conclusion ?? status).replace('_', ' ')}, started by ${run.actor}`;
    return page(
      c,
      displayTitle,
      html`<p>${words}</p>${shown}`,
      status === 'completed' ? undefined : againSeconds,
    );
  });
}
