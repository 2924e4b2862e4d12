import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { type Stage, StepFailure } from '../session.ts';
import type { ZipFile } from '../zip.ts';

/** What GitHub takes in no name of an artifact. */
const forbidden = /["<>|*?:\r\n\\/]/;

/** `actions/upload-artifact`: keeps one file or one folder of the job beyond its end. */
export async function uploadArtifact(stage: Stage, given: Record<string, string>): Promise<void> {
  const { name = 'artifact', path = '', 'if-no-files-found': missing = 'warn' } = given;
  if (name === '' || forbidden.test(name)) throw new StepFailure(`The artifact name is not valid: ${name}`);
  const asked = path.trim();
  if (asked === '') throw new StepFailure('Input required and not supplied: path');
  if (/[*?[\n]/.test(asked) || asked.startsWith('!'))
    throw new StepFailure(`path: only one file or folder is supported here, not ${JSON.stringify(asked)}`);
  const days = Number(given['retention-days'] || '0');
  if (!Number.isInteger(days) || days < 0 || days > 90)
    throw new StepFailure(`retention-days: ${given['retention-days']} is no number of days from 1 to 90`);
  const files = filesAt(resolve(stage.session.parts.folders.workspace, asked));
  if (files.length === 0) {
    const words = `No files were found with the provided path: ${asked}. No artifacts will be uploaded.`;
    if (missing === 'error') throw new StepFailure(words);
    if (missing === 'warn') stage.write(`##[warning]${words}`);
    else stage.write(words);
    return;
  }
  try {
    const { id, size, digest, url } = stage.session.parts.keepArtifact({ name, files, days: days || null });
    Object.assign(stage.outputs, {
      'artifact-id': String(id),
      'artifact-digest': digest.replace('sha256:', ''),
      'artifact-url': url,
    });
    stage.write(
      `Artifact ${name} has been successfully uploaded! Final size is ${size} bytes. Artifact ID is ${id}`,
    );
  } catch (error) {
    throw new StepFailure(`Failed to CreateArtifact: ${error instanceof Error ? error.message : error}`);
  }
}

/** A file by its bare name, a folder by what is in it; hidden files are left out, as there. */
function filesAt(path: string): ZipFile[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [{ path: basename(path), bytes: readFileSync(path) }];
  const all = readdirSync(path, { recursive: true, withFileTypes: true });
  return all
    .filter((one) => one.isFile())
    .map((one) => relative(path, join(one.parentPath, one.name)))
    .filter((one) => !one.split('/').some((part) => part.startsWith('.')))
    .sort()
    .map((one) => ({ path: one, bytes: readFileSync(join(path, one)) }));
}
