/** The job's log. */
export interface Output {
  line(text: string): void;
}

/**
 * An output in which no secret is shown, and in which no text can be taken for a command to the Actions runner
 * (`::add-path::` at a line's begin, `##[…]` anywhere in it). Secrets shorter than eight characters are left: masking
 * `1` would make a log unreadable.
 */
export function guarded(output: Output, secrets: readonly string[]): Output {
  const hide = masker(secrets);
  return {
    line: (text) =>
      output.line(
        hide(text)
          .replaceAll('##[', '## [')
          .replace(/^(\s*):(?=:)/, '$1: '),
      ),
  };
}

/** Replaces each secret by `***`. */
export function masker(secrets: readonly string[]): (text: string) => string {
  const hidden = secrets
    .flatMap((secret) => [secret, ...secret.split('\n')]) // a log has lines, so a key of many lines shows line by line
    .filter((secret) => secret.length >= 8)
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** Cuts a stream of text into lines; a line longer than `longest` characters is cut in pieces. */
export function splitLines(
  onLine: (line: string) => void,
  longest = 16_384,
): { write(text: string): void; end(): void } {
  let rest = '';
  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line.replace(/\r$/, ''));
      while (rest.length > longest) {
        onLine(rest.slice(0, longest));
        rest = rest.slice(longest);
      }
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
