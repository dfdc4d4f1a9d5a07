import { openSqlite } from "./sqlite-storage.ts";

/** Where the emulator keeps what must survive a restart: as documents, in the order they were first put. */
export interface Storage {
  collection<T>(name: string): Collection<T>;
  close(): void;
}

export interface Collection<T> {
  get(id: string): T | undefined;
  all(): readonly (readonly [id: string, value: T])[];
  put(id: string, value: T): void;
  delete(id: string): void;
}

/** `"memory"` lasts as long as the emulator object, its restarts included; a file outlives the process. */
export type StorageOptions = "memory" | { readonly path: string };

export async function openStorage(options: StorageOptions): Promise<Storage> {
  return options === "memory" ? memoryStorage() : openSqlite(options.path);
}

function memoryStorage(): Storage {
  const collections = new Map<string, Map<string, string>>();
  return {
    collection<T>(name: string): Collection<T> {
      const documents = collections.get(name) ?? new Map<string, string>();
      collections.set(name, documents);
      // As text, so that nobody changes what was put by changing the object.
      return {
        get(id) {
          const text = documents.get(id);
          return text === undefined ? undefined : JSON.parse(text);
        },
        all: () => Array.from(documents, ([id, text]) => [id, JSON.parse(text)] as const),
        put: (id, value) => void documents.set(id, JSON.stringify(value)),
        delete: (id) => void documents.delete(id),
      };
    },
    close() {},
  };
}
