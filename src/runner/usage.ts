import { runInNewContext } from 'node:vm';
import { asError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { usage as schema, type Usage } from '../ticket/budget-format.ts';
import { readInside } from './artifacts.ts';
import { usageFile } from './repository.ts';

/*
 * What an agent says that it has used: in a file, and in lines that it prints, as its profile says how they look.
 */

/** A file of two numbers. */
const mostBytes = 64 * 1024;
/** Milliseconds that one pattern may take over all lines. */
const patternMs = 250;
/** Lines of the output's end that are looked at, and characters of each. */
const [mostLines, longestLine] = [200, 500];

const search = `
  const pattern = new RegExp(source, 'i');
  let found = null;
  for (const line of lines) {
    const groups = pattern.exec(line)?.groups;
    if (groups) found = [groups.tokens ?? null, groups.dollars ?? null];
    if (groups) break;
  }
  found && JSON.stringify(found);`;

export interface Meter {
  /** What was used so far, as last said; undefined where nothing was. */
  read(): Promise<Usage | undefined>;
  /** The same as of the last reading. */
  readonly last: Usage | undefined;
  /** Where the agent's output is to be had, once there is an agent. */
  hear(printed: () => string): void;
}

/** What cannot be read is as good as not said; that is logged once, and what was said before stands. */
export function makeMeter(tree: string, patterns: readonly string[], log: Log): Meter {
  let printed = () => '';
  let last: Usage | undefined;
  const told = new Set<string>();
  const fault = (why: string) => {
    if (!told.has(why)) log.warn('what the agent used cannot be read', { path: usageFile, why });
    told.add(why);
  };
  return {
    get last() {
      return last;
    },
    hear: (of) => {
      printed = of;
    },
    async read() {
      const written = await readFile(tree).catch((error) => fault(asError(error).message));
      const said = patterns.length > 0 ? spoken(patterns, printed(), fault) : {};
      const found: Usage = { ...said, ...written };
      if (Object.keys(found).length > 0) last = { ...last, ...found };
      return last;
    },
  };
}

/** @throws SignalboxError, SyntaxError, or what zod has against it */
async function readFile(tree: string): Promise<Usage | undefined> {
  const bytes = await readInside(tree, usageFile, mostBytes);
  const text = bytes?.toString('utf8').trim();
  return text ? schema.parse(JSON.parse(text)) : undefined;
}

/** The newest line counts that a pattern fits; a figure in it that no file can hold is said, and left out. */
function spoken(patterns: readonly string[], printed: string, fault: (why: string) => void): Usage {
  const lines = printed
    .split('\n')
    .map((line) => line.trim().slice(0, longestLine))
    .slice(-mostLines)
    .reverse();
  const usage: Usage = {};
  for (const source of patterns) {
    try {
      const found: unknown = runInNewContext(search, { source, lines }, { timeout: patternMs });
      if (typeof found !== 'string') continue;
      const [tokens = null, dollars = null] = JSON.parse(found) as (string | null)[];
      for (const [unit, text] of Object.entries({ tokens, dollars })) {
        if (text === null) continue;
        const { data, error } = schema.safeParse({ [unit]: numberIn(text) });
        if (error) fault(`pattern ${source}: ${unit}: ${error.issues[0]?.message}`);
        Object.assign(usage, data);
      }
    } catch (error) {
      fault(`pattern ${source}: ${asError(error).message}`);
    }
  }
  return usage;
}

/** A number as people print it: `1,234`, `$0.42`; NaN where it is none. */
function numberIn(text: string): number {
  return Number(text.replace(/[^\d.]/g, '') || 'none');
}
