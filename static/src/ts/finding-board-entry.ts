import { fieldOf, type Kept, type Words } from "./finding-board-types";

const LIMIT = 500;
const SAY_FROM = 20;

/** The line where one writes: counts what is left, keeps the draft while the tab is open, makes the key. */
export class Entry {
  private readonly text: HTMLTextAreaElement;
  private readonly draft: string;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly box: string,
    private readonly words: Words,
    private readonly add: (kept: Kept) => void,
    private readonly announce: (sentence: string) => void,
  ) {
    this.text = form.querySelector("textarea")!;
    this.draft = `draft.${box}`;
    if (!this.text.value) this.text.value = sessionStorage.getItem(this.draft) ?? "";
    const described = this.text.getAttribute("aria-describedby");
    this.text.setAttribute("aria-describedby", ["entry-refusal", described].filter(Boolean).join(" "));
    form.addEventListener("submit", this.whenSubmitted);
    this.text.addEventListener("input", () => {
      this.refuse("");
      this.whenTyped();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.whenTyped();
  }

  get isEmpty(): boolean {
    return this.text.value.trim() === "";
  }

  get token(): string {
    return this.form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  }

  /** Puts a finding that was not saved back into the form, with the reason. */
  take(kept: Kept, reason: string): void {
    for (const name of ["text", "place", "kind", "language"]) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) field.value = fieldOf(kept, name);
    }
    const behalf = this.form.elements.namedItem("on_behalf");
    if (behalf instanceof HTMLInputElement) behalf.checked = fieldOf(kept, "on_behalf") === "on";
    this.refuse(reason);
    this.whenTyped();
    this.text.focus();
  }

  /** Whether one may write here now; what is being written stays. */
  show(isOpen: boolean): void {
    this.form.hidden = !isOpen;
  }

  /** Offers the questions of a part first, and the kind that is mostly noted there. */
  turnTo(part: string, firstKind: string): void {
    const kind = this.form.elements.namedItem("kind");
    if (kind instanceof HTMLSelectElement && firstKind && this.isEmpty) kind.value = firstKind;
    const place = this.form.elements.namedItem("place");
    if (!(place instanceof HTMLSelectElement) || place.value.startsWith(part)) return;
    const first = [...place.options].find((option) => option.value.startsWith(part));
    if (first) place.value = first.value;
  }

  private readonly whenSubmitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const tooMany = lengthOf(this.text.value.trim()) - LIMIT;
    if (this.isEmpty || tooMany > 0) {
      this.refuse(this.isEmpty ? this.words.say("nothing") : this.words.say("shorten", tooMany));
      this.text.focus();
      return;
    }
    const fields = [...new FormData(this.form)].flatMap(([name, value]): [string, string][] =>
      typeof value === "string" && name !== "csrfmiddlewaretoken" ? [[name, value]] : [],
    );
    const key = fields.find(([name]) => name === "key")?.[1] ?? newKey();
    this.text.value = "";
    const behalf = this.form.elements.namedItem("on_behalf");
    if (behalf instanceof HTMLInputElement) behalf.checked = false;
    this.renew();
    this.refuse("");
    this.whenTyped();
    this.text.focus();
    this.add({ key, box: this.box, at: Date.now(), fields });
  };

  private readonly whenTyped = (): void => {
    const left = LIMIT - lengthOf(this.text.value);
    const hint = this.form.querySelector(".entry-line .form-text");
    const sentence = this.words.say(left < 0 ? "too-long" : "remaining", Math.abs(left));
    if (hint) hint.textContent = sentence;
    if (left === SAY_FROM || left === 0) this.announce(sentence);
    sessionStorage.setItem(this.draft, this.text.value);
  };

  private renew(): void {
    const key = this.form.elements.namedItem("key");
    if (key instanceof HTMLInputElement) key.value = newKey();
  }

  private refuse(reason: string): void {
    const place = this.form.querySelector("[data-refusal]");
    if (place) place.textContent = reason;
    this.text.classList.toggle("is-invalid", reason !== "");
    this.text.setAttribute("aria-invalid", String(reason !== ""));
  }
}

/** As many characters as the server counts. */
function lengthOf(text: string): number {
  return [...text.normalize("NFC")].length;
}

/** A random UUID; also where `randomUUID` is missing, on a plain-HTTP address in a venue's network. */
function newKey(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
