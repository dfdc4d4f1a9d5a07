import { existsSync } from "node:fs";
import { type KeptStore, Usage } from "@whatsapp-webhooks/core/command";
import { sqliteStore } from "./sqlite-store.ts";

/**
 * For the command `whatsapp-webhooks-inbox`: a file that is there.
 * @internal
 */
export async function openKeptStore(path: string): Promise<KeptStore> {
  if (!existsSync(path)) throw new Usage(`there is no file ${path}.`);
  return sqliteStore({ path });
}
