import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { StoreFailure } from "./failure.ts";

const ADMINISTRATOR = 0;
const WRITABLE_BY_ALL = 0o002;

/**
 * Refuses a file of another user where that user can put files: an empty one would become the inbox, and its owner would
 * read along. Where only we can put files, somebody shares an inbox on purpose.
 */
export function refuseForeignFile(path: string, file: Stats): void {
  const us = process.getuid?.();
  // Windows knows no such owners, and the administrator looks into the inboxes of others.
  if (us === undefined || us === ADMINISTRATOR) return;
  const isTrusted = (owner: number): boolean => owner === us || owner === ADMINISTRATOR;
  if (isTrusted(file.uid)) return;
  const folder = statSync(dirname(realpathSync(path)));
  if (isTrusted(folder.uid) && (folder.mode & WRITABLE_BY_ALL) === 0) return;
  throw new StoreFailure(
    `${path} belongs to another user, who could put it there because the folder is open to others. Remove it, and give the inbox a folder of its own.`,
  );
}
