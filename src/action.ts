import { dirname, join } from 'node:path';
import { runInActions } from './wire-run.ts';

/*
 * The entry of the action (`action.yml`), bundled to `.github/actions/signalbox/index.js` by `scripts/bundle.mjs`. The
 * tools' program lies beside the bundle, whatever the job's folder is.
 */

const toolProgram = join(dirname(process.argv[1] ?? ''), 'mcp.js');
void runInActions({ toolProgram }).then((status) => process.exit(status));
