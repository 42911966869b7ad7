import * as Y from "yjs";

/** How it stands with what is written here. */
export type State = "loading" | "saved" | "saving" | "offline" | "reading" | "fixed" | "stopped";

export interface Person {
  key: string;
  name: string;
  writes: boolean;
  colour: number;
  cursor: { anchor: unknown; head: unknown } | null;
}

export interface Hooks {
  state(state: State): void;
  /**
   * What others did is about to come in; what this returns is called once it is in. `known` is what the server has, if
   * words of ours are not stored: what comes in may take away what they hang on.
   */
  arriving(known: ReadonlyMap<number, number> | null): () => void;
  /** The server refused words of ours: what differs between `doc` and `confirmed` is not in the document. */
  refused(code: string): void;
  opened(open: boolean): void;
  /** Something else is proposed to the document, or may be: the line was cut. */
  amendments(): void;
  people(all: Person[] | null, changed: Person[], gone: string[], you: string): void;
  /** Others are there, or not: over plain HTTP nobody tells. */
  unseen(): void;
  token(): string;
}

interface Frame {
  type: string;
  key?: number;
  seq?: number;
  first?: number;
  code?: string;
  update?: string;
  updates?: string[];
  vector?: string;
  open?: boolean;
  writes?: boolean;
  more?: boolean;
  epoch?: string;
  you?: string;
  people?: Person[];
  changed?: Person[];
  gone?: string[];
}

const FLUSH_MS = 50;
const LARGEST = 190_000;
const PATIENCE_MS = 15_000;
const POLL_MS = 2_000;
const RETRY_MS = [300, 600, 1_000, 2_000, 3_000];
// Sockets that fail so often in a row are blocked on the way: then plain HTTP carries the same updates.
const BLOCKED_AFTER = 2;
const NOT_ALLOWED = 4403;

/**
 * The line to the server. One batch is on its way at a time; "saved" means: acknowledged, and nothing waits.
 *
 * `confirmed` holds what the server has, and nothing else. After every break the difference between the two is sent.
 */
export class Line {
  readonly confirmed = new Y.Doc();
  seq = 0;
  private waiting: Uint8Array[] = [];
  private base: number | null = null;
  private flight: { key: number; base: number } | null = null;
  private socket: WebSocket | null = null;
  private isUp = false;
  private isOver = false;
  // The server lacks something that words of ours build on: they are not stored until both were compared.
  private isBehind = false;
  // How many comparisons in a row did not help: a server that lost its own words is asked ever less often.
  private comparedInVain = 0;
  private isOpen = true;
  private failures = 0;
  private keys = 0;
  private timer = 0;
  private flushing = 0;
  private byHttp = false;
  // Whether a socket failed while plain HTTP went through: then it is blocked, and not the server away.
  private isBlocked = false;
  private wasState: State | "" = "";

  constructor(
    private readonly address: string,
    private readonly updates: string,
    private readonly epoch: string,
    private readonly doc: Y.Doc,
    private writes: boolean,
    private oldBase: number,
    private readonly hooks: Hooks,
  ) {
    doc.on("update", this.whenWritten);
    window.addEventListener("online", this.whenOnline);
    window.addEventListener("offline", this.whenOffline);
  }

  /** Whether everything that was written here is stored. */
  get isSaved(): boolean {
    return this.isUp && !this.flight && !this.waiting.length && !this.isBehind;
  }

  get isConnected(): boolean {
    return this.isUp;
  }

  open(): void {
    if (this.isOver) return;
    if (this.byHttp) return void this.poll();
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => this.hello();
    socket.onmessage = (event) => {
      if (socket === this.socket) this.take(JSON.parse(String(event.data)) as Frame);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.whenClosed(event.code);
    };
    // A network that swallows packets says nothing at all.
    window.setTimeout(() => {
      if (socket === this.socket && !this.isUp) socket.close();
    }, PATIENCE_MS);
  }

  close(): void {
    this.isOver = true;
    window.clearTimeout(this.timer);
    window.clearTimeout(this.flushing);
    this.doc.off("update", this.whenWritten);
    window.removeEventListener("online", this.whenOnline);
    window.removeEventListener("offline", this.whenOffline);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  cursor(cursor: unknown): void {
    if (this.isUp && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: "cursor", cursor }));
  }

  /** Resolves once everything written so far is stored; false if it cannot be now. */
  async settled(): Promise<boolean> {
    const until = Date.now() + 5_000;
    while (!this.isSaved && this.isUp && Date.now() < until) {
      this.flush();
      await new Promise((resolve) => window.setTimeout(resolve, 40));
    }
    return this.isSaved;
  }

  private hello(): void {
    this.socket?.send(JSON.stringify({ type: "hello", vector: pack(Y.encodeStateVector(this.confirmed)) }));
  }

  private take(frame: Frame): void {
    if (frame.type === "state") this.catchUp(frame);
    else if (frame.type === "lines") this.takeLines(frame);
    else if (frame.type === "saved" && frame.key === this.flight?.key) this.whenSaved();
    else if (frame.type === "refused" && frame.key === this.flight?.key) this.whenRefused(frame.code ?? "");
    else if (frame.type === "document") this.turn(frame.open !== false);
    else if (frame.type === "amendments") this.hooks.amendments();
    else if (frame.type === "people") this.hooks.people(null, frame.changed ?? [], frame.gone ?? [], "");
  }

  private catchUp(frame: Frame): void {
    if (frame.epoch !== this.epoch) return location.reload();
    this.apply([unpack(frame.update ?? "")]);
    this.seq = frame.seq ?? this.seq;
    this.failures = 0;
    this.isBlocked = false;
    this.isUp = true;
    this.turn(frame.open !== false);
    this.hooks.people(frame.people ?? [], [], [], frame.you ?? "");
    this.hooks.amendments();
    this.compare();
  }

  /** Forgets what was on its way, and sends the difference instead. */
  private compare(): void {
    const base = Math.min(this.flight?.base ?? this.seq, this.base ?? this.seq, this.oldBase);
    this.flight = null;
    this.isBehind = false;
    this.waiting = [];
    this.base = null;
    this.oldBase = Number.MAX_SAFE_INTEGER;
    if (this.writes && differ(this.doc, this.confirmed)) {
      this.waiting = [Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(this.confirmed))];
      this.base = base;
    }
    this.flush();
    this.tell();
  }

  private takeLines(frame: Frame): void {
    if (!this.isUp) return;
    if ((frame.first ?? 0) > this.seq + 1) return this.hello();
    this.apply((frame.updates ?? []).map(unpack));
    this.seq = Math.max(this.seq, frame.seq ?? 0);
    this.tell();
  }

  private apply(updates: Uint8Array[]): void {
    if (!updates.length) return;
    const merged = updates.length > 1 ? Y.mergeUpdates(updates) : (updates[0] as Uint8Array);
    Y.applyUpdate(this.confirmed, merged, this);
    const known = this.writes && !this.isSaved ? Y.decodeStateVector(Y.encodeStateVector(this.confirmed)) : null;
    const arrived = this.hooks.arriving(known);
    Y.applyUpdate(this.doc, merged, this);
    arrived();
  }

  private readonly whenWritten = (update: Uint8Array, origin: unknown): void => {
    if (origin === this || !this.writes || isStored(origin)) return;
    this.waiting.push(update);
    this.base ??= this.seq;
    window.clearTimeout(this.flushing);
    this.flushing = window.setTimeout(() => this.flush(), FLUSH_MS);
    this.tell();
  };

  private flush(): void {
    if (!this.isUp || this.flight || this.isBehind || !this.waiting.length || !this.isOpen) return;
    const parts: Uint8Array[] = [];
    let size = 0;
    while (this.waiting.length && (size === 0 || size + (this.waiting[0] as Uint8Array).length < LARGEST)) {
      const part = this.waiting.shift() as Uint8Array;
      parts.push(part);
      size += part.length;
    }
    const update = parts.length > 1 ? Y.mergeUpdates(parts) : (parts[0] as Uint8Array);
    const flight = { key: ++this.keys, base: this.base ?? this.seq };
    this.flight = flight;
    if (!this.waiting.length) this.base = null;
    const facts = { client: this.doc.clientID, base: flight.base, update: pack(update) };
    if (this.byHttp) void this.post(flight.key, facts);
    else this.socket?.send(JSON.stringify({ type: "update", key: flight.key, ...facts }));
    window.setTimeout(() => {
      // Unanswered for too long: whatever became of it, the difference tells.
      if (this.flight === flight && !this.byHttp) this.socket?.close();
    }, PATIENCE_MS);
    this.tell();
  }

  private whenSaved(): void {
    this.flight = null;
    this.comparedInVain = 0;
    this.flush();
    this.tell();
  }

  private whenRefused(code: string): void {
    this.flight = null;
    this.isBehind = code === "behind";
    if (this.isBehind) return this.compareLater();
    this.waiting = [];
    if (code === "fixed") this.turn(false);
    this.hooks.refused(code);
  }

  private compareLater(): void {
    const { socket, comparedInVain: turn } = this;
    this.comparedInVain += 1;
    const delay = turn ? (RETRY_MS[Math.min(turn, RETRY_MS.length - 1)] ?? 3_000) : 0;
    window.setTimeout(() => {
      if (this.isOver || !this.isUp || socket !== this.socket) return; // whoever comes back compares anyhow
      if (this.byHttp) void this.poll();
      else this.hello();
    }, delay);
  }

  private turn(open: boolean): void {
    const changed = open !== this.isOpen;
    this.isOpen = open;
    if (changed) this.hooks.opened(open);
    // Words on their way into a text that was fixed are offered back.
    if (!open && this.writes && differ(this.doc, this.confirmed)) this.hooks.refused("fixed");
    this.tell();
  }

  private whenClosed(code: number): void {
    const wasUp = this.isUp;
    this.isUp = false;
    if (this.isOver) return;
    if (code === NOT_ALLOWED) {
      this.isOver = true;
      return this.tell("stopped");
    }
    this.failures = wasUp ? 1 : this.failures + 1;
    if (this.failures > BLOCKED_AFTER && navigator.onLine) this.byHttp = true;
    this.again();
    this.tell();
  }

  private again(delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 3_000): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.open(), delay * (0.75 + Math.random() / 2));
  }

  private readonly whenOnline = (): void => {
    if (!this.isUp) this.again(100);
  };

  private readonly whenOffline = (): void => {
    this.isUp = false;
    this.socket?.close();
    this.tell();
  };

  // --- The same over plain HTTP ---------------------------------------------------------------------------------------

  private polls = 0;

  private async poll(): Promise<void> {
    const frame = await this.ask(`${this.updates}?since=${this.seq}`);
    if (this.isOver) return;
    if (frame) {
      if (frame.epoch !== this.epoch) return location.reload();
      this.apply((frame.updates ?? []).map(unpack));
      this.seq = Math.max(this.seq, frame.seq ?? 0);
      if (frame.more) return void this.poll();
      const wasUp = this.isUp;
      this.isUp = true;
      this.turn(frame.open !== false);
      if (!wasUp) this.hooks.amendments();
      if (!wasUp && !this.isBlocked) return this.trySocket();
      if (!wasUp) this.hooks.unseen();
      if (!wasUp || this.isBehind || (!this.flight && !this.waiting.length)) this.compare();
    } else this.isUp = false;
    // Every now and then a socket is tried again.
    if (++this.polls % 30 === 0 && this.isSaved) {
      this.byHttp = false;
      this.isUp = false;
      this.failures = 1;
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.open(), POLL_MS);
    this.tell();
  }

  /** The server is there again: is the socket, too? */
  private trySocket(): void {
    this.isBlocked = true;
    this.isUp = false;
    this.byHttp = false;
    this.failures = BLOCKED_AFTER;
    this.open();
  }

  private async post(key: number, facts: { client: number; base: number; update: string }): Promise<void> {
    const body = new URLSearchParams({ client: String(facts.client), base: String(facts.base), update: facts.update, csrfmiddlewaretoken: this.hooks.token() });
    const answer = await fetchQuietly(this.updates, { method: "POST", body });
    if (this.flight?.key !== key || this.isOver) return;
    if (answer?.ok) {
      const said = (await answer.json()) as Frame;
      if (said.seq) this.whenSaved();
      return;
    }
    const code = answer && answer.status < 500 ? await codeOf(answer) : "";
    if (code) return this.whenRefused(code);
    this.isUp = false; // nobody knows what became of it: the next look at the log tells
    this.tell();
  }

  private async ask(address: string): Promise<Frame | null> {
    const answer = await fetchQuietly(address, {});
    if (answer && (answer.status === 403 || answer.status === 401 || answer.type === "opaqueredirect")) {
      this.isOver = true;
      this.isUp = false;
      this.tell("stopped");
      return null;
    }
    return answer?.ok ? ((await answer.json()) as Frame) : null;
  }

  // --- What is said about it ------------------------------------------------------------------------------------------

  private tell(state?: State): void {
    const said = state ?? this.present();
    if (said === this.wasState) return;
    this.wasState = said;
    this.hooks.state(said);
  }

  private present(): State {
    if (this.isOver) return "stopped";
    if (!this.isUp) return this.wasState === "" || this.wasState === "loading" ? (navigator.onLine ? "loading" : "offline") : "offline";
    if (!this.isOpen) return "fixed";
    if (!this.writes) return "reading";
    return this.isSaved ? "saved" : "saving";
  }
}

/** Whether one document holds anything that the other does not. */
export function differ(one: Y.Doc, other: Y.Doc): boolean {
  const here = Y.decodeStateVector(Y.encodeStateVector(one));
  const there = Y.decodeStateVector(Y.encodeStateVector(other));
  for (const [client, clock] of here) if (clock > (there.get(client) ?? 0)) return true;
  return !Y.equalDeleteSets(Y.createDeleteSetFromStructStore(one.store), Y.createDeleteSetFromStructStore(other.store));
}

function isStored(origin: unknown): boolean {
  return typeof origin === "object" && origin !== null && "whenSynced" in origin;
}

async function fetchQuietly(address: string, options: RequestInit): Promise<Response | null> {
  try {
    return await fetch(address, {
      headers: { Accept: "application/json" },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...options,
    });
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

/** Why the server refused, if it was the server that answered. */
async function codeOf(answer: Response): Promise<string> {
  try {
    return ((await answer.json()) as Frame).code ?? "";
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return "";
    throw error;
  }
}

export function pack(bytes: Uint8Array): string {
  let text = "";
  for (let place = 0; place < bytes.length; place += 0x8000) text += String.fromCharCode(...bytes.subarray(place, place + 0x8000));
  return btoa(text);
}

export function unpack(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
