import type { Command } from 'commander';

/*
 * Completion asks the program itself what may follow: the shells' own scripts stay three lines long, and never
 * know less than `--help`.
 */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a shell sources. Words that nothing is known for are completed as files. */
export const scripts: Record<Shell, string> = {
  bash: `_signalbox() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(signalbox complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _signalbox signalbox`,
  zsh: `#compdef signalbox
_signalbox() {
  local -a found
  found=("\${(@f)$(signalbox complete -- "\${words[@]:1:$((CURRENT-1))}" 2>/dev/null)}")
  [[ -n "$found" ]] && compadd -- $found || _files
}
compdef _signalbox signalbox`,
  fish: `complete -c signalbox -a '(signalbox complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
};

/** What is known of the words of one argument or option. */
export type WordsFor = (name: string) => Promise<readonly string[]>;

/**
 * What may stand where the last of `words` is being typed: commands, options, the values of an option, and what
 * `wordsFor` knows of an argument (by its name, `ticket`).
 */
export async function completions(
  program: Command,
  words: readonly string[],
  wordsFor: WordsFor,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  let command = program;
  let place = 0;
  for (let at = 0; at < words.length - 1; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) {
      const option = command.options.find(({ short, long }) => word === short || word === long);
      if (!option?.required || word.includes('=')) continue;
      at++; // its value
      if (at === words.length - 1) return matching(option.argChoices ?? [], typed);
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next) {
      command = next;
      place = 0;
    } else place++;
  }
  if (typed.startsWith('-')) {
    const flags = command.options.flatMap((one) => one.long ?? []);
    return matching([...flags, '--help'], typed);
  }
  const argument = command.registeredArguments[place] ?? command.registeredArguments.at(-1);
  const isKnown = argument && (place < command.registeredArguments.length || argument.variadic);
  const known = isKnown ? [...(argument.argChoices ?? []), ...(await wordsFor(argument.name()))] : [];
  return matching([...commandsOf(command), ...known], typed);
}

function commandsOf(command: Command): string[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => one.name());
}

/** What no shell reads as more than a word: bash carries out `$(…)` in what it is offered, and anybody names a file so. */
const harmless = /^[\w.-]+$/;

const matching = (all: readonly string[], typed: string): string[] =>
  [...new Set(all)].filter((one) => one.startsWith(typed) && harmless.test(one));
