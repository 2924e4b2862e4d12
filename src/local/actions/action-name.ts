/** `owner/name/folder@ref` */
export interface Named {
  repository: string;
  folder: string;
  ref: string;
}

const pattern = /^([A-Za-z0-9-]+\/[\w.-]+)((?:\/[\w.-]+)*)@([^\s@]+)$/;

/** An action by its repository; null where the text names none. A folder of it may not lead out again. */
export function namedAction(uses: string): Named | null {
  const [, repository, path = '', ref] = pattern.exec(uses) ?? [];
  const parts = path.split('/').slice(1);
  if (!repository || !ref || parts.some((part) => /^\.+$/.test(part))) return null;
  return { repository, folder: parts.join('/'), ref };
}
