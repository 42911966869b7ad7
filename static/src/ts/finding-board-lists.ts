import type { Words } from "./finding-board-types";

/** How many cards stay in view at each end of a long list, as the server draws it (workshops/reading.py). */
const AT_EACH_END = 24;

/**
 * A long list of an open board shows its first cards and its latest; those in between are one press away. What is hidden
 * costs nothing when a finding arrives: else the browser would style and lay out thousands of cards five times a second.
 *
 * Nothing that somebody looks at, or has open, is folded away; once the list was opened it stays as it is.
 */
export class LongList {
  private isOpened = false;
  private seen = 0;
  private next = 3 * AT_EACH_END;
  private readonly between: HTMLLIElement;
  private readonly link: HTMLAnchorElement;

  constructor(
    private readonly list: HTMLUListElement,
    private readonly words: Words,
  ) {
    this.between = list.querySelector(":scope > li.findings-between") ?? document.createElement("li");
    this.link = this.between.querySelector("a") ?? document.createElement("a");
    this.between.className = "findings-between";
    this.link.className = "btn btn-quiet btn-sm";
    this.link.href = "?all";
    this.link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open()?.querySelector<HTMLElement>("a[data-no]")?.focus();
    });
    this.between.append(this.link);
  }

  /** Cards have come or gone. */
  follow(): void {
    const standing = countOf(this.list);
    const isWorthALook = standing < this.seen || standing >= this.next;
    this.seen = standing;
    if (this.isOpened || !isWorthALook) return;
    // Many at a time, so that a page that is being read moves seldom.
    if (standing >= this.next) {
      const away = this.cards().slice(AT_EACH_END, -AT_EACH_END).filter((card) => !card.hidden && !isLookedAt(card));
      for (const card of away) card.hidden = true;
      this.next = standing + AT_EACH_END;
    }
    this.write(this.cards().filter((card) => card.hidden));
  }

  /** Shows every card; returns the first of those that were folded away. */
  open(): HTMLElement | null {
    const folded = this.cards().filter((card) => card.hidden);
    this.isOpened = true;
    this.write([]);
    for (const card of folded) card.hidden = false;
    return folded[0] ?? null;
  }

  private cards(): HTMLElement[] {
    return [...this.list.children].filter((item): item is HTMLElement => item !== this.between && item instanceof HTMLElement);
  }

  private write(folded: HTMLElement[]): void {
    const [first] = folded;
    this.list.toggleAttribute("data-folded", first !== undefined);
    if (!first) return this.between.remove();
    this.between.dataset.number = String(Number(first.dataset.number) - 0.5);
    this.link.textContent = this.words.say("between", folded.length);
    if (first.previousElementSibling !== this.between) first.before(this.between);
  }
}

/** How many cards stand in a list. */
export function countOf(list: HTMLUListElement): number {
  return list.childElementCount - (list.hasAttribute("data-folded") ? 1 : 0);
}

/** Opens the folded list of a card that the address names, and all of them before they are searched or printed. */
export function openWhenSought(board: HTMLElement, lists: Iterable<LongList>): void {
  const all = [...lists];
  const open = (): void => all.forEach((list) => void list.open());
  const openTarget = (): void => {
    const target = location.hash.startsWith("#finding-") ? document.getElementById(location.hash.slice(1)) : null;
    if (!target?.closest<HTMLElement>("li.finding[hidden]") || !board.contains(target)) return;
    open();
    target.scrollIntoView({ block: "center" });
  };
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", open);
  window.addEventListener("keydown", (event) => {
    if (event.key === "F3" || ((event.ctrlKey || event.metaKey) && event.key === "f")) open();
  });
  openTarget();
}

/** Whether a card is in view, has the focus, or has something open. */
function isLookedAt(card: HTMLElement): boolean {
  if (card.matches(":focus-within, :target") || card.querySelector("details[open]")) return true;
  const { top, bottom, height } = card.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < window.innerHeight;
}
