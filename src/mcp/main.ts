import { serveTools } from './server.ts';
import { callOverSocket } from './socket.ts';

/*
 * The server of tools as an agent's own client starts it beside a runner: it knows the runner's socket, and nothing else.
 * Bundled to `mcp.js` by `scripts/bundle.mjs`: a file of its own, so that it can be copied to where the agent's user may
 * read it, and starts in a moment.
 */

const path = process.env.SIGNALBOX_SOCKET;
if (!path) {
  process.stderr.write('SIGNALBOX_SOCKET is not set: these tools need the runner of an attempt.\n');
  process.exit(2);
}
void serveTools('1', callOverSocket(path)).then(() => process.exit(0));
