import { IndexeddbPersistence } from "y-indexeddb";
import type * as Y from "yjs";

const LIST = "clause-databases";
const PATIENCE_MS = 3_000;

/** What was written here, kept on this device for this person and this log until the server has it. */
export class Store {
  private constructor(private readonly kept: IndexeddbPersistence | null) {}

  static async open(name: string, doc: Y.Doc): Promise<Store> {
    if (typeof indexedDB === "undefined") return new Store(null);
    remember(name);
    const kept = new IndexeddbPersistence(name, doc);
    const isThere = await Promise.race([kept.whenSynced.then(() => true), later(PATIENCE_MS).then(() => false)]);
    return new Store(isThere ? kept : null);
  }

  get isKept(): boolean {
    return this.kept !== null;
  }

  /** The last line of the log that was known when the kept words were written. */
  async base(): Promise<number> {
    const known: unknown = this.kept ? await this.kept.get("seq") : null;
    return typeof known === "number" ? known : 0;
  }

  async note(seq: number): Promise<void> {
    await this.kept?.set("seq", seq);
  }

  async close(): Promise<void> {
    await this.kept?.destroy();
  }

  async clear(): Promise<void> {
    await this.kept?.clearData();
  }
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}

/** The names are listed, so that every page can erase them at logout (kept-words.ts). */
function remember(name: string): void {
  try {
    const names = new Set(JSON.parse(localStorage.getItem(LIST) ?? "[]") as string[]);
    localStorage.setItem(LIST, JSON.stringify([...names.add(name)]));
  } catch (error) {
    if (!(error instanceof DOMException) && !(error instanceof SyntaxError)) throw error;
  }
}
