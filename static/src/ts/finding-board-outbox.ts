import type { Kept } from "./finding-board-types";

const STORE = "findings";

/**
 * Findings that the server has not acknowledged yet, kept on this device until it has: they outlive the page and
 * the browser. Where the device keeps nothing for us (a private window), they live as long as the page, and
 * `durable` is false.
 */
export class Outbox {
  private readonly memory = new Map<string, Kept>();

  private constructor(
    private readonly box: string,
    private readonly database: IDBDatabase | null,
  ) {}

  static async open(box: string): Promise<Outbox> {
    try {
      const request = indexedDB.open("academy-outbox", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(STORE, { keyPath: "key" }).createIndex("box", "box");
      };
      return new Outbox(box, await settled(request));
    } catch (error) {
      if (error instanceof DOMException) return new Outbox(box, null);
      throw error;
    }
  }

  get durable(): boolean {
    return this.database !== null && this.memory.size === 0;
  }

  /** Keeps a finding; resolves once it is safe on this device, or at least on this page (a full disk). */
  async put(kept: Kept): Promise<void> {
    try {
      if (this.database) await this.done((store) => store.put(kept));
      else this.memory.set(kept.key, kept);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.memory.set(kept.key, kept);
    }
  }

  async remove(key: string): Promise<void> {
    this.memory.delete(key);
    if (this.database) await this.done((store) => store.delete(key));
  }

  /** Everything kept for this board, in the order it was written. */
  async all(): Promise<Kept[]> {
    const rows = this.database
      ? await settled<Kept[]>(this.database.transaction(STORE).objectStore(STORE).index("box").getAll(this.box))
      : [];
    return [...rows, ...this.memory.values()].sort((one, other) => one.at - other.at);
  }

  private async done(change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.database!.transaction(STORE, "readwrite", { durability: "strict" });
    change(transaction.objectStore(STORE));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted"));
    });
  }
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException("failed"));
  });
}
