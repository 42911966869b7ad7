import { forget, keep, type Kept, kept, sent } from "./kept-words";

const TEXTS = "textarea, input:not([type]), input[type=text], input[type=search], input[type=url], input[data-keep]";

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Asks before someone leaves a form with words that were not sent: <dirty-guard><form>…</form></dirty-guard>.
 *
 * With `back="What you wrote before is back." discard="Discard it"` the form's texts are also kept in this tab when
 * it is sent or left, and stand in it again when the page comes back without them, say after a login. With `merged`
 * the server has put what was sent together with what somebody else wrote: that counts, and is not saved yet.
 */
export class DirtyGuard extends HTMLElement {
  private isSent = false;
  private atFirst = "";

  connectedCallback(): void {
    this.atFirst = this.hasAttribute("merged") ? "" : this.content();
    this.putBack();
    this.addEventListener("submit", this.whenSent);
    window.addEventListener("beforeunload", this.whenLeaving);
    window.addEventListener("pagehide", this.whenLeft);
  }

  disconnectedCallback(): void {
    this.removeEventListener("submit", this.whenSent);
    window.removeEventListener("beforeunload", this.whenLeaving);
    window.removeEventListener("pagehide", this.whenLeft);
  }

  private readonly whenSent = (): void => {
    this.isSent = true;
    if (!this.keeps) return;
    keep(this.texts());
    sent();
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
    const fields = this.fields().filter((field) => words[field.name] !== undefined);
    if (!fields.some((field) => field.type !== "hidden" && !same(field.value, words[field.name]))) return forget();
    const drawn = fields.map((field): [Field, string] => [field, field.value]);
    // With the words comes the version that they were written on, so that nobody's later words are overwritten.
    for (const field of fields) field.value = words[field.name] ?? "";
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
      for (const [field, value] of drawn) field.value = value;
      forget();
      notice.remove();
      drawn.find(([field]) => field.type !== "hidden")?.[0].focus();
    });
    this.prepend(notice);
    notice.append(sentence, button);
  }

  private fields(): Field[] {
    return [...this.querySelectorAll<Field>(TEXTS)].filter((field) => field.name !== "");
  }

  private texts(): Kept {
    return Object.fromEntries(this.fields().map((field) => [field.name, field.value]));
  }

  private content(): string {
    const form = this.querySelector("form");
    if (!form) return "";
    return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]));
  }
}

/** Line breaks and blanks at the ends come back from the server differently; that is no other text. */
function same(one: string, other = ""): boolean {
  return one.replace(/\r\n?/g, "\n").trim() === other.replace(/\r\n?/g, "\n").trim();
}

customElements.define("dirty-guard", DirtyGuard);
