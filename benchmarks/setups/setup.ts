import type { Server } from "node:http";
import type { Framework, InboxName } from "../subjects.ts";

/** What a set-up is made with. */
export interface Context {
  readonly framework: Framework;
  readonly inbox: InboxName | undefined;
  /** Of the SQLite file, or the URL of the Redis. */
  readonly place: string;
  /** To be called for each item that a handler sees; handlers return what it returns. */
  handle(): Promise<void> | undefined;
}

/** Makes a server that does not listen yet. */
export type Serve = (context: Context) => Promise<Server>;
