import { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { Person } from "./clause-editor-line";
import { make, type Words } from "./clause-editor-words";

const COLOURS = 6;
const SEND_MS = 200;

/** Who else is there: their names above the document, their cursors in the clauses. The server says whose they are. */
export class People {
  readonly awareness: Awareness;
  private readonly known = new Map<string, { person: Person; number: number }>();
  private numbers = 0;
  private you = "";
  private timer = 0;

  constructor(
    doc: Y.Doc,
    private readonly list: HTMLElement | null,
    private readonly words: Words,
    private readonly send: (cursor: unknown) => void,
  ) {
    this.awareness = new Awareness(doc);
    this.awareness.setLocalState({});
    this.awareness.on("update", this.whenMoved);
  }

  close(): void {
    window.clearTimeout(this.timer);
    this.awareness.off("update", this.whenMoved);
    this.awareness.destroy();
  }

  take(all: Person[] | null, changed: Person[], gone: string[], you: string): void {
    if (all) {
      this.you = you;
      const here = new Set(all.map(({ key }) => key));
      gone = [...this.known.keys()].filter((key) => !here.has(key));
      changed = all;
    }
    const touched: number[] = [];
    for (const key of gone) {
      const entry = this.known.get(key);
      if (!entry) continue;
      this.known.delete(key);
      this.awareness.states.delete(entry.number);
      touched.push(entry.number);
    }
    for (const person of changed) {
      if (person.key === this.you) continue;
      const number = this.known.get(person.key)?.number ?? ++this.numbers;
      this.known.set(person.key, { person, number });
      this.awareness.states.set(number, { cursor: person.cursor, user: { name: this.nameOf(person), colour: person.colour % COLOURS } });
      touched.push(number);
    }
    if (touched.length) this.awareness.emit("change", [{ added: [], updated: touched, removed: [] }, "server"]);
    this.draw();
  }

  /** Plain HTTP does not tell who is there: say so instead of an empty list. */
  unseen(): void {
    this.take([], [], [], "");
    if (!this.list) return;
    this.list.replaceChildren(make("li", { class: "muted small" }, this.words.say("people-unseen")));
    this.list.hidden = false;
  }

  readonly cursor = (user: { name?: string; colour?: number }): HTMLElement =>
    make("span", { class: `writer-cursor writer-${user.colour ?? 0}` }, "\u2060", make("span", { class: "writer-name", dir: "auto" }, user.name ?? ""), "\u2060");

  readonly selection = (user: { colour?: number }): { class: string } => ({ class: `writer-selection writer-${user.colour ?? 0}` });

  private readonly whenMoved = (_changes: unknown, origin: unknown): void => {
    if (origin !== "local") return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.send(this.awareness.getLocalState()?.["cursor"] ?? null), SEND_MS);
  };

  private nameOf(person: Person): string {
    return person.name || this.words.say(person.writes ? "an-organiser" : "a-reader");
  }

  private draw(): void {
    if (!this.list) return;
    const people = [...this.known.values()].map(({ person }) => person);
    const items = people.map((person) =>
      make("li", { class: `writer writer-${person.colour % COLOURS}`, dir: "auto" }, this.nameOf(person)),
    );
    this.list.replaceChildren(...items);
    this.list.hidden = !items.length;
  }
}
