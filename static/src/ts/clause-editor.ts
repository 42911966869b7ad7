import * as Y from "yjs";
import { mark, toggleList, type Body } from "./clause-editor-body";
import { type Block, blocksOf, factsOf, type Facts, giveTexts, inOrder, isDeleted, textOf, writtenBeyond } from "./clause-editor-blocks";
import { Clause, type Order, type Page } from "./clause-editor-clause";
import { Line, type State } from "./clause-editor-line";
import { asItStands, type Offered, OfferedList, unsaved } from "./clause-editor-offered";
import { Notices } from "./clause-editor-notices";
import { arrange, order } from "./clause-editor-orders";
import { People } from "./clause-editor-people";
import { Store } from "./clause-editor-store";
import { button, make, Words } from "./clause-editor-words";
import { toggleMark } from "prosemirror-commands";
import { redo, undo } from "y-prosemirror";

/**
 * The writing page: <clause-editor socket="/ws/documents/…/" updates="…" sections="…/sections/" clauses="…/clauses/"
 * epoch="…" store="…" writes words="{…}" languages="[…]" beginnings="[…]">, around a section for each strand with a place for clauses.
 */
export class ClauseEditor extends HTMLElement implements Page {
  words = new Words({});
  people!: People;
  languages: [string, string][] = [];
  beginnings: string[] = [];
  private doc = new Y.Doc();
  private line: Line | null = null;
  private store: Store | null = null;
  private offered!: OfferedList;
  private notices!: Notices;
  private readonly shown = new Map<string, Clause>();
  private readonly wasThere = new Map<string, string>();
  private readonly mine = new Map<string, Offered>();
  private readonly labels = new Map<string, string>();
  private readonly removing = new Map<string, Order>();
  private moving: { key: string; from: string } | null = null;
  private state: State = "loading";
  private isOpen = true;
  private body: Body | null = null;
  private goTo = "";
  private drawing = 0;
  private isStarting = false;

  connectedCallback(): void {
    this.words = new Words(JSON.parse(this.getAttribute("words") ?? "{}") as Record<string, string>);
    this.languages = JSON.parse(this.getAttribute("languages") ?? "[]") as [string, string][];
    this.beginnings = JSON.parse(this.getAttribute("beginnings") ?? "[]") as string[];
    this.offered = new OfferedList(`clauses offered ${this.getAttribute("store") ?? ""}`, this.find("offered"), this.words, (one) => this.putBack(one));
    this.offered.draw();
    this.notices = new Notices(this.getAttribute("notices") ?? "", () => this.draw());
    for (const begin of this.querySelectorAll<HTMLButtonElement>("[data-begin]")) {
      begin.addEventListener("click", () => void this.send(`${this.getAttribute("sections")}${begin.dataset["begin"]}/begin/`, {}));
    }
    this.fillFormats();
    window.addEventListener("beforeunload", this.whenLeaving);
    void this.start([]);
  }

  disconnectedCallback(): void {
    window.removeEventListener("beforeunload", this.whenLeaving);
    this.notices.close();
    void this.stop();
  }

  /** What the server has acknowledged, as a state vector: for tests that ask the database for it. */
  get acknowledged(): Uint8Array {
    return Y.encodeStateVector(this.line?.confirmed ?? new Y.Doc());
  }

  get isSaved(): boolean {
    return this.line?.isSaved ?? false;
  }

  private get writes(): boolean {
    return this.hasAttribute("writes");
  }

  // --- Beginning, and beginning again after a refusal -------------------------------------------------------------------

  private async start(putBack: Offered[]): Promise<void> {
    this.isStarting = true;
    this.doc = new Y.Doc();
    this.people = new People(this.doc, this.querySelector("[data-people]"), this.words, (cursor) => this.line?.cursor(cursor));
    this.store = await Store.open(`clauses ${this.getAttribute("store") ?? ""}`, this.doc);
    const base = await this.store.base();
    const address = new URL(this.getAttribute("socket") ?? "", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.line = new Line(address.href, this.getAttribute("updates") ?? "", this.getAttribute("epoch") ?? "", this.doc, this.writes, base, {
      state: (state) => this.tell(state, putBack),
      arriving: (known) => {
        this.body?.followCursor();
        for (const [key, clause] of this.shown) if (clause.hasFocus || this.wasThere.has(key)) clause.keepText();
        return known ? this.noteMine(known) : () => undefined;
      },
      refused: (code) => void this.recover(code),
      opened: (open) => {
        this.isOpen = open;
        this.allow();
      },
      amendments: () => this.notices.askSoon(),
      unseen: () => this.people.unseen(),
      people: (all, changed, gone, you) => {
        this.body?.followCursor();
        this.people.take(all, changed, gone, you);
      },
      token: () => this.token,
    });
    blocksOf(this.doc).observeDeep(this.whenChanged);
    this.isStarting = false;
    this.draw();
    this.line.open();
  }

  private async stop(): Promise<void> {
    window.clearTimeout(this.drawing);
    this.line?.close();
    blocksOf(this.doc).unobserveDeep(this.whenChanged);
    for (const clause of this.shown.values()) clause.destroy();
    this.shown.clear();
    this.body = null;
    this.people?.close();
    await this.store?.close();
  }

  /** Words that the server cannot take: put back where nothing else changed since, offered otherwise. */
  private async recover(code: string): Promise<void> {
    const line = this.line;
    if (!line || this.isStarting) return;
    this.isStarting = true;
    const found = unsaved(this.doc, line.confirmed, this.mine, this.wasThere, this.labels);
    const confirmed = line.confirmed;
    const again = code === "moved" ? found.filter((one) => this.isUnchanged(one, confirmed)) : [];
    const rest = found.filter((one) => !again.includes(one));
    this.wasThere.clear();
    this.mine.clear();
    if (rest.length) this.offered.add(rest, this.words.say(`refused-${code}`));
    await this.stop();
    await this.store?.clear();
    if (code === "not-allowed") this.removeAttribute("writes");
    await this.start(again);
  }

  private isUnchanged(one: Offered, confirmed: Y.Doc): boolean {
    const block = blocksOf(confirmed).get(one.clause);
    return one.before !== null && block !== undefined && block.get("deleted") !== true && textOf(block) === one.before;
  }

  private putBack(one: Offered): boolean {
    const clause = this.shown.get(one.clause);
    const body = clause?.body;
    if (!body || !this.mayWrite) {
      this.say(this.words.say("cannot-put-back"));
      return false;
    }
    if (one.before !== null && textOf(clause.block) === one.before) body.replace(one.body);
    else body.append(one.text);
    body.view.focus();
    return true;
  }

  // --- Drawing ----------------------------------------------------------------------------------------------------------

  private readonly whenChanged = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void => {
    if (transaction.local && transaction.origin !== this.line) {
      this.noteBefore(events);
      giveTexts(events, this.doc);
    }
    this.notices.written();
    const isFrame = events.some((event) => event.path.length === 0 || (event.path.length === 1 && event instanceof Y.YMapEvent));
    if (!isFrame && this.shown.size) {
      window.clearTimeout(this.drawing);
      this.drawing = window.setTimeout(() => this.draw(), 300);
    } else this.draw();
  };

  private noteBefore(events: Y.YEvent<Y.AbstractType<unknown>>[]): void {
    for (const event of events) {
      const key = String(event.path[0] ?? "");
      if (!key || this.wasThere.has(key)) continue;
      this.wasThere.set(key, textOf(this.line ? blocksOf(this.line.confirmed).get(key) : undefined));
    }
  }

  /**
   * Keeps the clauses in which unsaved words stand as they are now, before what others did comes in. What this returns
   * offers those words that it deleted: the server never gets to see them, and so refuses nothing.
   */
  private noteMine(known: ReadonlyMap<number, number>): () => void {
    const written = writtenBeyond(this.doc, known);
    for (const key of written.keys()) {
      const one = asItStands(this.doc, key, this.wasThere.get(key) ?? null, this.labels.get(key) ?? "");
      // An empty clause whose words were taken away says less than what was kept of it before.
      if (one && (one.text || !this.mine.has(key))) this.mine.set(key, one);
    }
    return () => {
      const gone = [...written].filter(([, words]) => words.some((word) => isDeleted(this.doc, word)));
      const found = gone.flatMap(([key]) => this.mine.get(key) ?? []);
      if (found.length) this.offered.add(found, this.words.say("refused-deleted"));
    };
  }

  private draw(): void {
    window.clearTimeout(this.drawing);
    this.body?.followCursor();
    const blocks = blocksOf(this.doc);
    const facts = [...blocks].filter(([key]) => key !== "").map(([key, block]) => factsOf(key, block));
    const standing = facts.filter((one) => !one.deleted);
    const remarks = new Map(standing.filter((one) => one.kind === "remark").map((one) => [one.parent, one]));
    this.dropGone(new Map(facts.map((one) => [one.key, one])));
    let number = 0;
    for (const place of this.querySelectorAll<HTMLElement>("[data-section]")) {
      const here = standing.filter((one) => one.section === place.dataset["section"] && one.kind !== "remark").sort(inOrder);
      const elements = here.map((one) => {
        const clause = this.clauseOf(one, blocks.get(one.key) as Block);
        const counts = one.kind === "encouragement" && clause.text.trim() !== "";
        number += counts ? 1 : 0;
        const remark = remarks.get(one.key);
        const label = counts ? String(number) : "";
        this.labels.set(one.key, label ? `${this.words.say("encouragement")} ${label}` : this.words.say("paragraph"));
        clause.tellNotice(this.notices.of(one.key), this.labels.get(one.key) ?? "");
        clause.show(one, label, remark ? { facts: remark, block: blocks.get(remark.key) as Block } : null);
        return clause.element;
      });
      const focused = elements.find((element) => element.contains(document.activeElement) && element.parentElement !== place);
      arrange(place, elements);
      if (focused) this.shown.get(focused.dataset["clause"] ?? "")?.body.view.focus();
    }
    this.allow();
    this.focusNew();
    this.tellMoved();
  }

  private clauseOf(facts: Facts, block: Block): Clause {
    const known = this.shown.get(facts.key);
    if (known) return known;
    const made = new Clause(facts, block, this, this.mayWrite);
    this.find("notices").querySelector(`[data-gone="${facts.key}"]`)?.remove();
    this.shown.set(facts.key, made);
    return made;
  }

  /** Clauses that were removed or merged; whoever was writing in one is told where the words are. */
  private dropGone(facts: Map<string, Facts>): void {
    for (const [key, clause] of [...this.shown]) {
      const one = facts.get(key);
      if (one && !one.deleted) continue;
      const own = this.removing.get(key);
      this.removing.delete(key);
      if (one && (own === "remove" || (!own && clause.hasFocus) || (this.wasThere.has(key) && !this.isSaved))) this.tellGone(one, clause, own);
      if (clause.body === this.body) this.body = null;
      clause.destroy();
      this.shown.delete(key);
    }
  }

  private tellGone(facts: Facts, clause: Clause, own?: Order): void {
    const label = this.labels.get(facts.key) ?? "";
    const notice = make("div", { class: "alert alert-info", role: "alert", ...(own === "remove" ? { "data-gone": facts.key } : {}) });
    const happened = own === "remove" ? "removed-by-you" : facts.mergedInto ? "merged-meanwhile" : "removed-meanwhile";
    notice.append(make("p", {}, this.words.say(happened, label)));
    const buttons = make("div", { class: "live-buttons" });
    buttons.append(
      button(this.words.say("restore"), () => {
        notice.remove();
        void this.send(`${this.getAttribute("clauses")}${facts.key}/restore/`, {}, facts.key);
      }),
      button(this.words.say("close"), () => notice.remove()),
    );
    notice.append(buttons);
    if (clause.lastText) notice.append(make("blockquote", { class: "serif mt-2", dir: "auto" }, clause.lastText));
    this.find("notices").append(notice);
  }

  /** Says where a clause stands now that was moved from here; the eye sees it, the ear would not know. */
  private tellMoved(): void {
    const moved = this.moving;
    if (!moved || this.whereIs(moved.key) === moved.from) return;
    this.moving = null;
    const section = this.shown.get(moved.key)?.facts.section ?? "";
    const title = this.querySelector(`#section-${CSS.escape(section)}`)?.textContent?.trim() ?? "";
    this.say(this.words.say("stands-now", title, this.labels.get(moved.key) ?? "", this.standingIn(section).indexOf(moved.key) + 1));
  }

  private whereIs(key: string): string {
    const section = this.shown.get(key)?.facts.section ?? "";
    return `${section} ${this.standingIn(section).indexOf(key)}`;
  }

  private focusNew(): void {
    const clause = this.shown.get(this.goTo);
    if (!clause) return;
    this.goTo = "";
    clause.body.view.focus();
    clause.element.scrollIntoView({ block: "nearest" });
  }

  // --- What may be done now, and what is said about it -------------------------------------------------------------------

  private get mayWrite(): boolean {
    return this.writes && this.isOpen && this.state !== "stopped" && this.state !== "loading";
  }

  private allow(): void {
    const connected = this.line?.isConnected ?? false;
    for (const clause of this.shown.values()) clause.allow(this.mayWrite, connected);
    for (const control of this.querySelectorAll<HTMLButtonElement>("[data-begin]")) control.disabled = !this.mayWrite || !connected;
    for (const control of this.querySelectorAll<HTMLButtonElement>("[data-formats] button")) control.disabled = !this.mayWrite;
  }

  private tell(state: State, putBack: Offered[]): void {
    this.state = state;
    if (state === "saved") {
      this.wasThere.clear();
      this.mine.clear();
      void this.store?.note(this.line?.seq ?? 0);
    }
    const place = this.find("state");
    const kept = this.store?.isKept ?? false;
    place.className = `save-state is-${state}`;
    place.textContent = this.words.say(state === "offline" && !kept ? "offline-not-kept" : `state-${state}`);
    // Typing would have the voice talk on and on: it says only what is new to somebody who hears.
    if (state !== "saving" && state !== "loading") this.say(place.textContent);
    this.allow();
    if (state === "saved" && putBack.length) {
      for (const one of putBack.splice(0)) if (!this.putBack(one)) this.offered.add([one], this.words.say("refused-moved"));
    }
  }

  private say(sentence: string): void {
    const voice = this.find("voice");
    if (voice.textContent !== sentence) voice.textContent = sentence;
  }

  private find(name: string): HTMLElement {
    return this.querySelector<HTMLElement>(`[data-${name}]`) ?? this;
  }

  private get token(): string {
    return this.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  }

  private readonly whenLeaving = (event: BeforeUnloadEvent): void => {
    const isKept = this.store?.isKept ?? false;
    if (this.state === "saving" || (this.state === "offline" && !isKept && this.wasThere.size)) event.preventDefault();
  };

  // --- Commands ---------------------------------------------------------------------------------------------------------

  focused(body: Body): void {
    this.body = body;
  }

  order(clause: Clause, what: Order, value = ""): void {
    if (!this.mayWrite || !this.line?.isConnected) return this.say(this.words.say("not-offline"));
    const { key, section } = clause.facts;
    const own = `${this.getAttribute("clauses")}${key}/`;
    const places = [...this.querySelectorAll<HTMLElement>("[data-section]")];
    const neighbours = this.standingIn(section);
    const place = neighbours.indexOf(key);
    if (what === "begin") void this.send(`${this.getAttribute("sections")}${section}/begin/`, { after: key });
    else if (what === "language") void this.send(`${own}language/`, { language: value }, key);
    else if (what === "up") void this.move(key, place > 0 ? section : undefined, neighbours[place - 1]);
    else if (what === "down") void this.move(key, place < neighbours.length - 1 ? section : undefined, neighbours[place + 2]);
    else if (what === "split") void this.split(clause, own);
    else if (what === "merge") place > 0 ? void this.merge(key, own, neighbours[place - 1] ?? "") : this.say(this.words.say("nothing-above"));
    else if (what === "section-up" || what === "section-down") {
      const index = places.findIndex((one) => one.dataset["section"] === section) + (what === "section-up" ? -1 : 1);
      void this.move(key, places[index]?.dataset["section"]);
    } else if (what === "remove") void this.takeAway(key, "remove", `${own}remove/`, {}, "");
    else if (what === "remark" || what === "drop-remark") void this.send(`${own}${what}/`, {}, key);
  }

  private async move(key: string, section: string | undefined, before = ""): Promise<void> {
    if (section === undefined) return this.say(this.words.say("no-further"));
    this.moving = { key, from: this.whereIs(key) };
    if (!(await this.send(`${this.getAttribute("clauses")}${key}/place/`, { section, before }, key))) this.moving = null;
  }

  /** An order after which the clause is gone: who gave it is not told that somebody else did. */
  private async takeAway(key: string, what: Order, address: string, fields: Record<string, string>, goTo: string): Promise<void> {
    this.removing.set(key, what);
    if (!(await this.send(address, fields, goTo))) this.removing.delete(key);
  }

  private standingIn(section: string): string[] {
    const facts = [...this.shown.values()].map((one) => one.facts);
    return facts.filter((one) => one.section === section).sort(inOrder).map((one) => one.key);
  }

  private async split(clause: Clause, own: string): Promise<void> {
    if (!(await this.line?.settled())) return this.say(this.words.say("not-offline"));
    await this.send(`${own}split/`, { seen: clause.text, at: String(clause.body.at) });
  }

  private async merge(key: string, own: string, into: string): Promise<void> {
    if (!(await this.line?.settled())) return this.say(this.words.say("not-offline"));
    await this.takeAway(key, "merge", `${own}merge/`, { into }, into);
  }

  private async send(address: string, fields: Record<string, string>, goTo?: string): Promise<boolean> {
    const done = await order(address, this.token, fields, this.words.say("not-offline"));
    // Only what was refused before: what tells of a clause that is gone holds words, and stays until it is closed.
    this.find("notices").querySelector("[data-refused]")?.remove();
    if ("refused" in done) {
      this.say(done.refused);
      const notice = make("div", { class: "alert alert-warning", "data-refused": "" }, make("p", {}, done.refused));
      notice.append(button(this.words.say("close"), () => notice.remove()));
      this.find("notices").append(notice);
      return false;
    }
    this.goTo = goTo ?? done.clause;
    this.focusNew();
    return true;
  }

  // --- The bar of formats: for the editor that had the focus last ---------------------------------------------------------

  private fillFormats(): void {
    const bar = this.find("formats");
    if (!this.writes || !bar.isConnected) return;
    const act = (label: string, run: (body: Body) => void): HTMLButtonElement => button(this.words.say(label), () => this.body && run(this.body));
    bar.append(
      act("undo", (body) => body.run(undo)),
      act("redo", (body) => body.run(redo)),
      act("strong", (body) => body.run(toggleMark(mark("strong")))),
      act("em", (body) => body.run(toggleMark(mark("em")))),
      act("link", (body) => body.run(body.link)),
      act("bullets", (body) => body.run(toggleList("bullet_list"))),
      act("numbers", (body) => body.run(toggleList("ordered_list"))),
    );
  }
}

customElements.define("clause-editor", ClauseEditor);
