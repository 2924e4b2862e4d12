import { spawn } from 'node:child_process';

/** How each system is asked to show an address. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Shows an address in the person's browser. Where there is none nothing happens: it was printed, too. */
export function openInBrowser(address: string): void {
  if (!/^https?:\/\//.test(address)) return;
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, address], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
