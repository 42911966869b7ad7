import { dress, madeOut } from "./finding-board-forms";
import { countOf, LongList, openWhenSought } from "./finding-board-lists";
import { columnsOf, partsOf, type Column, type PartPlace } from "./finding-board-places";
import { fieldOf, type Finding, type Kept, type Words } from "./finding-board-types";

export type SaveState = "saving" | "saved" | "kept" | "kept-on-page" | "unsent" | "unsent-on-page";

const NEW_FOR = 10_000;

/** The cards on the board: drawn as the server draws them, words always as text. */
export class Cards {
  /** Findings of this page that the server has not acknowledged. */
  private readonly waiting = new Set<string>();
  private isToCount = false;
  private readonly columns: Map<string, Column>;
  private readonly parts: PartPlace[];
  private readonly longLists: LongList[] = [];
  /** The cards that others were merged into. */
  private readonly several: Set<Element>;
  /** The cards on which something happened that their dots and names must follow; `Support` draws and empties it. */
  readonly stale = new Set<HTMLElement>();

  constructor(
    private readonly board: HTMLElement,
    private readonly words: Words,
  ) {
    this.columns = columnsOf(board);
    this.parts = partsOf(board);
    this.several = new Set([...board.querySelectorAll(".finding > [data-merged]:not([hidden])")].map((merged) => merged.parentElement!));
    if (board.hasAttribute("whole")) return;
    this.longLists = [...this.columns.values()].map(({ list }) => new LongList(list, words));
    for (const long of this.longLists) long.follow();
    openWhenSought(board, this.longLists);
  }

  /** Shows a finding as it now is; true if there was no card of it before. */
  show(finding: Finding): boolean {
    if (finding.state === "merged") {
      this.fold(finding);
      return false;
    }
    const known = this.find(finding.id);
    const card = known ?? this.make(finding.id);
    if (!card) return false;
    fill(card, finding, this.words);
    this.touch(card);
    if (!known || known.parentElement !== this.listOf(placeOf(finding))) this.put(card, placeOf(finding));
    this.inOrder(card);
    this.unfold(finding.id);
    const origin = finding.split_from ? this.find(finding.split_from) : null;
    const from = origin ? this.words.say("split-from", origin.dataset.number ?? "") : "";
    if (from) setText(card, "[data-origin]", from);
    card.querySelector("[data-behalf]")?.toggleAttribute("hidden", !finding.on_behalf);
    if (!this.waiting.has(finding.id)) this.mark(card, "saved");
    this.count();
    return !known;
  }

  /** A finding that is on its way, with what has become of it so far. */
  showKept(kept: Kept, state: SaveState): void {
    if (state !== "saved") this.waiting.add(kept.key);
    const known = this.find(kept.key);
    const card = known ?? this.make(kept.key);
    if (!card) return;
    if (!known) {
      fill(card, unsent(kept), this.words);
      card.querySelector("[data-behalf]")?.toggleAttribute("hidden", fieldOf(kept, "on_behalf") !== "on");
      for (const tools of card.querySelectorAll("details.tools")) tools.setAttribute("hidden", "");
      this.put(card, fieldOf(kept, "place"));
      card.scrollIntoView({ block: "nearest" });
      this.highlight(kept.key);
    }
    this.mark(card, state);
    this.count();
  }

  /** The server has acknowledged the finding. */
  acknowledge(finding: Finding): void {
    this.waiting.delete(finding.id);
    this.show(finding);
  }

  drop(key: string): void {
    this.waiting.delete(key);
    this.find(key)?.remove();
    this.count();
  }

  /** A ring around what has just arrived. */
  highlight(key: string): void {
    const card = this.find(key);
    card?.classList.add("is-new");
    window.setTimeout(() => card?.classList.remove("is-new"), NEW_FOR);
  }

  private find(key: string): HTMLLIElement | null {
    const found = this.element(key);
    return found instanceof HTMLLIElement && found.matches("li.finding") ? found : null;
  }

  /** What stands for a finding: its card, or its line under the one that it was merged into. */
  private element(key: string): Element | null {
    return document.getElementById(`finding-${key}`);
  }

  private make(key: string): HTMLLIElement | null {
    return madeOut(this.board, "data-card", key)?.querySelector("li") ?? null;
  }

  private listOf(place: string): HTMLUListElement | null {
    return this.columns.get(place)?.list ?? null;
  }

  private put(card: HTMLLIElement, place: string): void {
    const column = this.columns.get(place);
    column?.list.append(card);
    card.hidden = false;
    column?.section.removeAttribute("hidden");
  }

  /** Cards stand by number; those on their way have none yet and come last. */
  private inOrder(card: HTMLLIElement): void {
    const { previousElementSibling: before, nextElementSibling: after } = card;
    if ((!before || rank(before) <= rank(card)) && (!after || rank(after) >= rank(card))) return;
    const later = [...(card.parentElement?.children ?? [])].find((other) => other !== card && rank(other) > rank(card));
    if (later) later.before(card);
    else card.parentElement?.append(card);
  }

  /** A merged finding stands under the one it was merged into. */
  private fold(finding: Finding): void {
    const target = finding.merged_into ? this.find(finding.merged_into) : null;
    const details = target?.querySelector<HTMLElement>("[data-merged]");
    this.waiting.delete(finding.id);
    this.find(finding.id)?.remove();
    if (target && details && !details.contains(this.element(finding.id))) {
      const item = document.createElement("li");
      item.id = `finding-${finding.id}`;
      item.lang = finding.language;
      item.dir = "auto";
      item.textContent = finding.text;
      details.querySelector("ul")?.append(item);
      this.touch(target);
      this.several.add(target);
      details.hidden = false;
      setText(details, "summary", this.words.say("merged", details.querySelectorAll("li").length + 1));
      target.querySelector('[data-change="merge"]')?.setAttribute("hidden", "");
    }
    this.count();
  }

  /** A finding that stands for itself again leaves the one that it was merged into. */
  private unfold(key: string): void {
    const item = this.element(key);
    const details = item?.parentElement?.closest<HTMLElement>("[data-merged]");
    if (details) item?.remove();
    const card = details?.closest<HTMLElement>("li.finding");
    if (!details || !card) return;
    this.touch(card);
    const count = details.querySelectorAll("li").length;
    details.hidden = count === 0;
    setText(details, "summary", this.words.say("merged", count + 1));
    if (count > 0) return;
    this.several.delete(card);
    card.querySelector('[data-change="merge"]')?.removeAttribute("hidden");
  }

  private mark(card: HTMLLIElement, state: SaveState): void {
    const tick = card.querySelector("[data-save]");
    if (!tick) return;
    const dress = /^(kept|unsent)/.test(state) ? "offline" : state;
    this.touch(card);
    tick.className = `save-state is-${dress}`;
    if (tick.textContent !== this.words.say(state)) tick.textContent = this.words.say(state);
    for (const tools of card.querySelectorAll("details.tools:not([data-own])")) {
      tools.toggleAttribute("hidden", state !== "saved");
    }
    card.querySelector("form.own-dots")?.toggleAttribute("hidden", state !== "saved");
    card.querySelector("[data-no]")?.toggleAttribute("hidden", state !== "saved");
  }

  /** Counts once for all that came together. */
  private count(): void {
    if (this.isToCount) return;
    this.isToCount = true;
    queueMicrotask(() => {
      this.isToCount = false;
      this.writeCounts();
    });
  }

  /** What hangs on the card is drawn anew. */
  private touch(card: HTMLElement): void {
    delete card.dataset.drawn;
    this.stale.add(card);
  }

  private writeCounts(): void {
    for (const { list, nothing } of this.columns.values()) nothing?.toggleAttribute("hidden", list.firstElementChild !== null);
    for (const long of this.longLists) long.follow();
    for (const { section, lists, tab } of this.parts) {
      const merged = [...this.several].filter((card) => section.contains(card));
      const count =
        lists.reduce((all, list) => all + countOf(list), 0) +
        merged.reduce((all, card) => all + card.querySelectorAll(".merged li").length, 0);
      if (tab && tab.textContent !== String(count)) tab.textContent = String(count);
    }
  }
}

function fill(card: HTMLLIElement, finding: Finding, words: Words): void {
  card.dataset.state = finding.state;
  card.dataset.number = String(finding.number);
  card.classList.toggle("is-agreed", finding.state === "agreed");
  card.classList.toggle("is-parked", finding.state === "parked");
  setText(card, "[data-text]", finding.text);
  card.querySelector("[data-text]")?.setAttribute("lang", finding.language);
  setText(card, "[data-no]", words.say("number", finding.number));
  setText(card, "[data-kind]", words.say(`kind-${finding.kind}`));
  const decided = finding.state === "parked" ? words.say("parked", finding.reason) : words.say(finding.state);
  setText(card, "[data-state-words]", finding.state === "noted" ? "" : decided);
  dress(card, words);
}

function setText(root: Element, selector: string, text: string): void {
  const element = root.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

function placeOf(finding: Finding): string {
  return finding.question ? `${finding.part}/${finding.question}` : finding.part;
}

function rank(card: Element): number {
  return Number(card instanceof HTMLElement && card.dataset.number) || Number.MAX_SAFE_INTEGER;
}

function unsent(kept: Kept): Finding {
  const [part = "", question = null] = fieldOf(kept, "place").split("/");
  return {
    id: kept.key,
    number: 0,
    part,
    question,
    kind: fieldOf(kept, "kind"),
    text: fieldOf(kept, "text"),
    language: fieldOf(kept, "language"),
    state: "noted",
    merged_into: null,
    reason: "",
    on_behalf: fieldOf(kept, "on_behalf") === "on",
  };
}
