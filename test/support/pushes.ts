import type { Login } from './repository.ts';
import type { World } from './world.ts';

/*
 * What people push to the state branch themselves, past Signalbox.
 */

/** Somebody pushes files, made anew where another push came first. Null deletes. */
export async function pushFiles(
  desk: World,
  make: () => Record<string, string | null>,
  login: Login = 'wilma',
): Promise<void> {
  for (;;) {
    try {
      return await desk.pushState(make(), login);
    } catch (error) {
      if (!/fetch first|non-fast-forward|cannot lock ref|failed to update ref/.test(String(error)))
        throw error;
    }
  }
}

/** Somebody edits a file and pushes it. */
export function editFile(
  desk: World,
  path: string,
  edit: (text: string) => string,
  login?: Login,
): Promise<void> {
  return pushFiles(desk, () => ({ [path]: edit(desk.file(path) ?? '') }), login);
}
