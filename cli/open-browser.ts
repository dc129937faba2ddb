import { spawn } from 'node:child_process';

/**
 * Opens an address in the person's browser, where there is one. Never fails: the address is printed as well.
 *
 * @param url an http or https address
 */
export function openBrowser(url: string): void {
  const [command, ...args] = commandOf(url);
  if (command === undefined) return;
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

function commandOf(url: string): readonly string[] {
  switch (process.platform) {
    case 'darwin':
      return ['open', url];
    case 'win32':
      // Not "start": the shell would read the ampersands of the query.
      return ['rundll32', 'url.dll,FileProtocolHandler', url];
    default:
      return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : [];
  }
}
