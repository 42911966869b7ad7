import { keyOf, keysOf, ownOf } from "./finding-board-forms";
import { partsOf, type PartPlace } from "./finding-board-places";
import type { Happenings, Own, Words } from "./finding-board-types";

const MOST_SHOWN = 10;

/** Dots and names on the cards: one's own while a part is open, everybody's once it is closed; names that stand. */
export class Support {
  private own: Own = { findings: [], dots: {}, left: {} };
  private tally: Record<string, number> = {};
  private names: Record<string, string> = {};
  private closed = new Set<string>();
  private drawn = "";
  private readonly parts: PartPlace[];

  /** @param stale the cards on which something happened since they were drawn. */
  constructor(
    private readonly board: HTMLElement,
    private readonly stale: Set<HTMLElement>,
    private readonly words: Words,
  ) {
    this.parts = partsOf(board);
    for (const { section } of this.parts) if (section.hasAttribute("data-counted")) this.closed.add(section.dataset.part ?? "");
  }

  /** What everybody is told; returns the letters of the parts whose dots are counted only now. */
  follow(news: Happenings): string[] {
    this.tally = news.tally;
    this.names = news.names;
    this.board.setAttribute("budget", String(news.dots));
    const fresh = this.parts.filter(({ section }) => {
      const part = section.dataset.part ?? "";
      return news.closed_parts.includes(part) && !this.closed.has(part);
    });
    this.closed = new Set(news.closed_parts);
    this.draw();
    return fresh.map(({ section }) => section.dataset.letter ?? "");
  }

  /** What only this person is told. */
  keep(own: Own): void {
    this.own = own;
    this.draw();
  }

  /** The answer to dots that were given. */
  given(answer: Pick<Own, "dots" | "left">): void {
    const pressed = document.activeElement;
    this.keep({ ...this.own, dots: { ...this.own.dots, ...answer.dots }, left: answer.left });
    // The last dot was taken back, and its button is gone: one goes on from the other.
    if (pressed?.matches("[data-fewer-dots][hidden]")) {
      pressed.closest("form")?.querySelector<HTMLElement>("[data-more-dots]")?.focus();
    }
  }

  /** This page noted the finding. */
  noted(key: string): void {
    if (!this.own.findings.includes(key)) this.own.findings.push(key);
    this.draw();
  }

  /**
   * Draws what is not drawn yet: cards that have come or moved, and those of which something else is true now. A board
   * may hold thousands, so that all of them are looked at only when the dots, the names or what is one's own changed.
   */
  draw(): void {
    const now = JSON.stringify([this.tally, this.names, [...this.closed], this.own]);
    const cards = now === this.drawn ? this.stale : this.board.querySelectorAll<HTMLElement>(".findings > .finding");
    this.drawn = now;
    for (const card of cards) this.drawCard(card);
    this.stale.clear();
    this.drawLeft();
  }

  private drawCard(card: HTMLElement): void {
    const keys = keysOf(card);
    const dots = sum(keys, this.tally);
    const ownDots = sum(keys, this.own.dots);
    const isCounted = this.closed.has(card.closest<HTMLElement>("[data-part]")?.dataset.part ?? "");
    const isOwn = this.own.findings.includes(keyOf(card));
    const name = this.names[keyOf(card)] ?? "";
    const drawn = JSON.stringify([dots, ownDots, isCounted, isOwn, name]);
    if (card.dataset.drawn === drawn) return;
    card.dataset.drawn = drawn;
    card.querySelector("form.own-dots")?.toggleAttribute("hidden", isCounted || dots > 0);
    this.writeDots(card, dots);
    write(card.querySelector("[data-name]"), name);
    this.drawOwnDots(card, ownDots);
    const own = isOwn ? ownOf(this.board, card, this.words) : card.querySelector("[data-own]");
    own?.toggleAttribute("hidden", !isOwn);
    own?.querySelector("[data-put-name]")?.toggleAttribute("hidden", name !== "");
    own?.querySelector("[data-take-name]")?.toggleAttribute("hidden", name === "");
  }

  private drawOwnDots(card: HTMLElement, dots: number): void {
    write(card.querySelector("[data-own-dots]"), dots ? this.words.say("own-dots", dots) : this.words.say("no-own-dots"));
    card.querySelector("[data-more-dots]")?.setAttribute("value", String(dots + 1));
    const fewer = card.querySelector("[data-fewer-dots]");
    fewer?.setAttribute("value", String(Math.max(0, dots - 1)));
    fewer?.toggleAttribute("hidden", dots === 0);
  }

  private drawLeft(): void {
    for (const { section, left: place } of this.parts) {
      const part = section.dataset.part ?? "";
      const left = this.own.left[part] ?? 0;
      const words = this.words.say("dots-left", left, this.board.getAttribute("budget") ?? "");
      write(place, this.closed.has(part) ? this.words.say("dots-counted") : words);
    }
  }

  private writeDots(card: Element, dots: number): void {
    const place = card.querySelector("[data-dots]");
    if (!place || place.getAttribute("data-shown") === String(dots)) return;
    place.setAttribute("data-shown", String(dots));
    place.replaceChildren();
    if (!dots) return;
    const row = document.createElement("span");
    row.className = "dots-row";
    row.setAttribute("aria-hidden", "true");
    row.textContent = Array(Math.min(dots, MOST_SHOWN)).fill("●").join(" ");
    place.append(row, " ", dots === 1 ? this.words.say("dots-one") : this.words.say("dots", dots));
  }
}

function sum(keys: string[], dots: Record<string, number>): number {
  return keys.reduce((all, key) => all + (dots[key] ?? 0), 0);
}

function write(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
