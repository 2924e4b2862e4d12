import { readFileSync, statSync } from 'node:fs';

export interface CommandEffects {
  write(line: string): void;
  mask(value: string): void;
  /** The step fails, with this reason. */
  fail(reason: string): void;
}

/** Shown as `##[name]text`. */
const shown = new Set(['error', 'warning', 'notice', 'group', 'endgroup']);
/** GitHub has switched these off or replaced them by files; honouring them silently would hide that. */
const replaced = new Set(['set-env', 'add-path', 'set-output', 'save-state']);

/** `::name properties::data` at a line's begin; and the old form, anywhere in a line, which GitHub's runner still takes. */
const forms = [/^\s*::([\w-]+)(?: .*?)?::(.*)$/, /##\[([\w-]+)(?: [^\]]*)?\](.*)$/];

/** Reads a step's output for workflow commands (`::error::…`); everything else is written as it is. */
export function commandReader(effects: CommandEffects): (line: string) => void {
  let resume: string | undefined;
  return (line) => {
    const [, name, data = ''] = forms.map((form) => form.exec(line)).find((match) => match) ?? [];
    if (resume !== undefined) {
      if (line.trim() === `::${resume}::`) resume = undefined;
      else effects.write(line);
    } else if (name === undefined) effects.write(line);
    else if (name === 'add-mask') effects.mask(unescaped(data));
    else if (name === 'stop-commands') resume = data.trim();
    else if (name === 'debug' || name === 'echo') return;
    else if (shown.has(name)) effects.write(`##[${name}]${unescaped(data)}`);
    else if (replaced.has(name))
      effects.fail(`The \`${name}\` command is disabled: write to its file instead.`);
    else effects.write(line);
  };
}

function unescaped(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

const maxFileBytes = 1024 * 1024;

/**
 * Reads a file in the form of `GITHUB_OUTPUT`: `name=value` lines, and `name<<END` with lines up to `END`.
 * @throws Error with a sentence for the log.
 */
export function readAssignments(path: string): Record<string, string> {
  const lines = readLines(path);
  const found: Record<string, string> = {};
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const end = lines.indexOf(line.slice(heredoc + 2), index + 1);
      if (end < 0)
        throw new Error(`Invalid value. Matching delimiter not found '${line.slice(heredoc + 2)}'`);
      found[line.slice(0, heredoc)] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (equals > 0) found[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new Error(`Invalid format '${line}'`);
  }
  return found;
}

/** The lines of a command file; none where the step deleted it. @throws Error where it is too large. */
export function readLines(path: string): string[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxFileBytes)
    throw new Error(`a command file may have ${maxFileBytes} bytes, this one has ${size}`);
  if (size === 0) return [];
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line, index, all) => index < all.length - 1 || line !== '');
}
