import { forget, keep, type Kept, kept, sent } from "./kept-words";

const TEXTS = "textarea, input:not([type]), input[type=text], input[type=search], input[type=url], input[data-keep]";

// All that somebody can fill in, but passwords and files.
const WHOLE = "textarea, select, input:not([type=password], [type=hidden], [type=file], [type=submit]), input[data-keep]";
const PAUSE_MS = 400;

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * Asks before someone leaves a form with words that were not sent: <dirty-guard><form>…</form></dirty-guard>.
 *
 * With `back="What you wrote before is back." discard="Discard it"` the form's texts are also kept in this tab when
 * it is sent or left, and stand in it again when the page comes back without them, say after a login. With `merged`
 * the server has put what was sent together with what somebody else wrote: that counts, and is not saved yet. With
 * `whole` everything that was filled in is kept but passwords, choices too, and already while somebody writes.
 */
export class DirtyGuard extends HTMLElement {
  private isSent = false;
  private atFirst = "";
  private timer = 0;

  connectedCallback(): void {
    this.atFirst = this.hasAttribute("merged") ? "" : this.content();
    this.putBack();
    this.addEventListener("submit", this.whenSent);
    if (this.hasAttribute("whole")) this.addEventListener("input", this.whenWritten);
    window.addEventListener("beforeunload", this.whenLeaving);
    window.addEventListener("pagehide", this.whenLeft);
  }

  disconnectedCallback(): void {
    this.removeEventListener("submit", this.whenSent);
    this.removeEventListener("input", this.whenWritten);
    window.clearTimeout(this.timer);
    window.removeEventListener("beforeunload", this.whenLeaving);
    window.removeEventListener("pagehide", this.whenLeft);
  }

  private readonly whenSent = (): void => {
    this.isSent = true;
    if (!this.keeps) return;
    keep(this.texts());
    sent();
  };

  private readonly whenWritten = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (this.keeps && !this.isSent) keep(this.texts());
    }, PAUSE_MS);
  };

  private readonly whenLeaving = (event: BeforeUnloadEvent): void => {
    if (!this.isSent && this.content() !== this.atFirst) event.preventDefault();
  };

  private readonly whenLeft = (): void => {
    if (this.keeps && !this.isSent && this.content() !== this.atFirst) keep(this.texts());
  };

  private get keeps(): boolean {
    return this.hasAttribute("back");
  }

  private putBack(): void {
    if (this.hasAttribute("merged")) return forget();
    const words = this.keeps ? kept() : null;
    if (!words) return;
    const fields = this.fields().filter((field) => words[keyOf(field)] !== undefined);
    if (!fields.some((field) => field.type !== "hidden" && !same(said(field), words[keyOf(field)]))) return forget();
    const drawn = fields.map((field): [Field, string] => [field, said(field)]);
    // With the words comes the version that they were written on, so that nobody's later words are overwritten.
    for (const field of fields) say(field, words[keyOf(field)] ?? "");
    this.offerToDiscard(drawn);
  }

  private offerToDiscard(drawn: [Field, string][]): void {
    const notice = document.createElement("div");
    notice.className = "alert alert-info";
    notice.setAttribute("role", "status");
    const sentence = document.createElement("p");
    sentence.textContent = this.getAttribute("back");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm";
    button.textContent = this.getAttribute("discard");
    button.addEventListener("click", () => {
      for (const [field, value] of drawn) say(field, value);
      forget();
      notice.remove();
      drawn.find(([field]) => field.type !== "hidden")?.[0].focus();
    });
    this.prepend(notice);
    notice.append(sentence, button);
  }

  private fields(): Field[] {
    const kind = this.hasAttribute("whole") ? WHOLE : TEXTS;
    return [...this.querySelectorAll<Field>(kind)].filter((field) => field.name !== "");
  }

  private texts(): Kept {
    return Object.fromEntries(this.fields().map((field) => [keyOf(field), said(field)]));
  }

  private content(): string {
    const form = this.querySelector("form");
    if (!form) return "";
    return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
  }
}

function isTick(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");
}

/** Boxes and buttons of one name are told apart by their values. */
function keyOf(field: Field): string {
  return isTick(field) ? `${field.name} ${field.value}` : field.name;
}

function said(field: Field): string {
  if (!isTick(field)) return field.value;
  return field.checked ? "yes" : "";
}

function say(field: Field, words: string): void {
  if (isTick(field)) field.checked = words === "yes";
  else field.value = words;
}

/** Line breaks and blanks at the ends come back from the server differently; that is no other text. */
function same(one: string, other = ""): boolean {
  return one.replace(/\r\n?/g, "\n").trim() === other.replace(/\r\n?/g, "\n").trim();
}

customElements.define("dirty-guard", DirtyGuard);
