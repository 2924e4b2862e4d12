import { Argument, type Command } from 'commander';
import type { ClonePorts } from './clone-desk.ts';
import { completions, type Shell, scripts, shells } from './completion.ts';
import { guarded } from './guarded.ts';

const help = `
Commands, options, and the ids of open tickets as this clone last knew them.

Example:
  signalbox completion bash >> ~/.bashrc
  signalbox completion zsh > "\${fpath[1]}/_signalbox"
  signalbox completion fish > ~/.config/fish/completions/signalbox.fish

Exit status: 0 done, 2 usage.`;

export function addCompletion(program: Command, ports: ClonePorts): void {
  program
    .command('completion')
    .description('print what makes a shell complete the commands')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => ports.print(scripts[shell]));
  program
    .command('complete [words...]', { hidden: true })
    .allowUnknownOption()
    .action((words: string[]) =>
      guarded(ports, async () => {
        const found = await completions(program, words, (name) => wordsFor(ports, name));
        if (found.length > 0) ports.print(found.join('\n'));
      }),
    );
}

/** Ids of open tickets. Where nothing is known of them nothing is said: somebody is typing. */
async function wordsFor(ports: ClonePorts, name: string): Promise<readonly string[]> {
  if (name !== 'ticket') return [];
  const { clock, random } = ports;
  const where = { clone: '.', remote: 'origin', branch: undefined, offline: 'always' } as const;
  const ids = ports.withDesk({ ...where, clock, random, log: ports.makeLog('error') }, async (desk) => [
    ...(await desk.look()).tickets.keys(),
  ]);
  return ids.catch(() => []);
}
