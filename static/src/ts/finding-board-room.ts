import type { RoomPart, Words } from "./finding-board-types";

/** Where the room is: the bar with its clock, and which part of the board is in view. */
export class Room {
  private part: string;
  private ends: string;
  private left: string;

  constructor(
    private readonly board: HTMLElement,
    private readonly words: Words,
    private readonly announce: (sentence: string) => void,
  ) {
    this.part = board.getAttribute("part") ?? "";
    this.ends = board.querySelector("live-clock")?.getAttribute("until") ?? "";
    this.left = board.querySelector("live-clock")?.getAttribute("left") ?? "";
    for (const tab of this.tabs()) {
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        this.view(tab.dataset.tab ?? "");
      });
    }
    if (!this.tabs().length) return;
    board.classList.add("is-tabbed");
    const asked = location.hash && board.querySelector(`[data-part]:has(${CSS.escape(location.hash.slice(1)).replace(/^/, "#")})`);
    const current = this.tabs().find((tab) => tab.hasAttribute("aria-current"))?.dataset.tab;
    this.view((asked instanceof HTMLElement && asked.dataset.part) || current || "");
    if (asked) document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
  }

  /** Follows the server into a part; true if the room moved. */
  follow(part: RoomPart | null): boolean {
    const left = part?.left?.toString() ?? "";
    if (!part || (part.id === this.part && sameMoment(part.ends_at, this.ends) && left === this.left)) return false;
    const moved = part.id !== this.part;
    this.part = part.id;
    this.ends = part.ends_at ?? "";
    this.left = left;
    const clock = this.board.querySelector("live-clock");
    clock?.setAttribute("now", part.now);
    clock?.setAttribute("until", this.ends);
    clock?.setAttribute("left", left);
    for (const [selector, shown] of [
      ["[data-clock-stands]", left !== ""],
      ['[data-change="stop"]', this.ends !== ""],
      ['[data-change="start"]', left !== ""],
    ] as const) {
      this.board.querySelector(selector)?.toggleAttribute("hidden", !shown);
    }
    this.write("[data-clock-word]", this.words.say("left-in", part.letter));
    this.write("[data-part-tag]", this.words.say("in-part", part.letter, this.board.getAttribute("last") ?? ""));
    this.write("[data-part-title]", part.title);
    for (const form of this.board.querySelectorAll<HTMLFormElement>("[data-go-to]")) {
      form.hidden = form.dataset.goTo === part.id;
    }
    const isLast = part.letter === this.board.getAttribute("last");
    dress(this.board.querySelector("[data-close]"), isLast);
    for (const button of this.board.querySelectorAll("[data-go-to] .btn")) dress(button, !isLast);
    if (moved) {
      this.view(part.id);
      this.announce(this.words.say("part", part.letter));
    }
    return moved;
  }

  private tabs(): HTMLElement[] {
    return [...this.board.querySelectorAll<HTMLElement>("[data-tab]")];
  }

  private view(part: string): void {
    if (!this.tabs().length) return;
    for (const tab of this.tabs()) {
      if (tab.dataset.tab === part) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    for (const section of this.board.querySelectorAll<HTMLElement>("[data-part]")) {
      section.hidden = section.dataset.part !== part;
    }
  }

  private write(selector: string, text: string): void {
    const element = this.board.querySelector(selector);
    if (element) element.textContent = text;
  }
}

function dress(button: Element | null, primary: boolean): void {
  button?.classList.toggle("btn-primary", primary);
  button?.classList.toggle("btn-quiet", !primary);
}

function sameMoment(one: string | null, other: string): boolean {
  return (one ? Date.parse(one) : 0) === (other ? Date.parse(other) : 0);
}
