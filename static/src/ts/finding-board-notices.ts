import { fieldOf, type Kept, type Words } from "./finding-board-types";

/** Sentences at the top of the board that stay until they are dealt with. */
export class Notices {
  constructor(
    private readonly place: Element,
    private readonly words: Words,
  ) {}

  /** Says a sentence once, with one thing to do about it. */
  say(sentence: string, action?: { label: string; act: () => void }): void {
    if ([...this.place.children].some((notice) => notice.firstChild?.textContent === sentence)) return;
    const notice = this.make(sentence);
    if (action) this.button(notice, action.label, action.act);
  }

  /** Offers one thing to do for a while, quietly; the next offer takes its place. */
  offer(sentence: string, action: { label: string; act: () => void }): void {
    this.place.querySelector("[data-offer]")?.remove();
    const notice = this.make(sentence);
    notice.className = "alert alert-info board-offer";
    notice.setAttribute("role", "status");
    notice.setAttribute("data-offer", "");
    this.button(notice, action.label, action.act, notice);
    window.setTimeout(() => {
      if (!notice.contains(document.activeElement)) notice.remove();
    }, 20_000);
  }

  /** Shows a finding that the server refused, so that its words are not lost. */
  giveBack(kept: Kept, reason: string, choices: { putBack: (() => void) | null; discard: () => void }): void {
    const notice = this.make(this.words.say("returned", reason));
    const text = document.createElement("p");
    text.className = "finding-text";
    text.dir = "auto";
    text.textContent = fieldOf(kept, "text");
    notice.append(text);
    const { putBack, discard } = choices;
    if (putBack) this.button(notice, this.words.say("put-back"), putBack, notice);
    this.button(notice, this.words.say("discard"), discard, notice);
  }

  private make(sentence: string): HTMLElement {
    const notice = document.createElement("div");
    notice.className = "alert alert-warning";
    notice.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = sentence;
    notice.append(words);
    this.place.append(notice);
    return notice;
  }

  private button(notice: HTMLElement, label: string, act: () => void, closes?: HTMLElement): void {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm";
    button.textContent = label;
    button.addEventListener("click", () => {
      closes?.remove();
      act();
    });
    notice.append(button, " ");
  }
}
