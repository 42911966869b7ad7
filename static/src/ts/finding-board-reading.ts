import { ask, isElsewhere, read } from "./finding-board-post";

const PAUSE = 1_000;

/**
 * What is being read back, as the server draws it. A sentence that somebody is answering to stays as it is until the
 * answer is sent; everything else is always new.
 */
export class Reading {
  private stamp: string | null = null;
  private busy = false;
  private again = false;

  constructor(
    private readonly place: HTMLElement | null,
    private readonly address: string,
    private readonly begun: () => void,
  ) {}

  /** Follows the server: a new stamp means that there is something new to show. */
  follow(stamp: string): void {
    if (!this.place || stamp === this.stamp) return;
    const isFirst = this.stamp === null;
    this.stamp = stamp;
    if (isFirst && !stamp && !this.place.querySelector(".read-back")) return;
    void this.fetch();
  }

  /** Fetches what is there now; asked in between, once more after a pause. */
  async fetch(): Promise<void> {
    if (!this.place) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    const response = await ask(this.address, { headers: { Accept: "text/html" } });
    const said = response?.ok && !isElsewhere(response) ? await read(response) : null;
    if (said !== null) this.draw(said);
    window.setTimeout(() => {
      this.busy = false;
      if (this.again) void this.fetch();
      this.again = false;
    }, PAUSE);
  }

  private draw(html: string): void {
    const place = this.place!;
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const now = fresh.querySelector<HTMLElement>(".read-back");
    const shown = place.querySelector<HTMLElement>(".read-back");
    // It is over; whoever is in the middle of an answer keeps their words, and learns it when they send them.
    if (!now && shown && isAnswering(shown)) return;
    if (!now || !shown || now.dataset["reading"] !== shown.dataset["reading"]) {
      place.replaceChildren(...fresh.childNodes);
      if (now) this.begun();
      return;
    }
    for (const part of ["[data-reading-sum]", "[data-reading-actions]"]) renew(shown.querySelector(part), now.querySelector(part));
    const sentences = [...now.querySelectorAll("[data-sentence]")];
    [...shown.querySelectorAll("[data-sentence]")].forEach((sentence, place) => renew(sentence, sentences[place] ?? null));
  }
}

type Field = HTMLInputElement | HTMLTextAreaElement;

function fieldsOf(root: Element): Field[] {
  return [...root.querySelectorAll<Field>("input[name=correction], textarea")];
}

function isTyped(field: Field): boolean {
  return field.value !== field.defaultValue;
}

function isAnswering(root: Element): boolean {
  return fieldsOf(root).some((field) => field === document.activeElement && isTyped(field));
}

/** Puts the new one in place of the old, unless somebody is in it or has typed into it. */
function renew(old: Element | null, fresh: Element | null): void {
  if (!old || !fresh || old.outerHTML === fresh.outerHTML) return;
  const fields = fieldsOf(old);
  if (fields.some(isTyped) || (old.contains(document.activeElement) && fields.some((field) => field === document.activeElement))) return;
  const hadFocus = old.contains(document.activeElement);
  const drawn = document.importNode(fresh, true);
  old.replaceWith(drawn);
  // Whoever goes through the sentences by keyboard stays where they are; where nothing is left to do, at the title.
  const next = drawn.querySelector<HTMLElement>("button, summary") ?? document.querySelector<HTMLElement>("#read-back-title");
  if (hadFocus) next?.focus();
}
