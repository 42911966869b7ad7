import { post } from "./finding-board-post";

interface Recorded {
  recorded: boolean;
  words?: string;
  number?: number;
  receipt?: string;
}

/** What this device keeps of a ballot; before the server has answered it is not known to be recorded. */
interface Kept {
  secret: string;
  receipt: string;
  isRecorded?: boolean;
}

const LONGEST_WAIT = 15_000;

/**
 * Sends a position and says what is known of it: <ballot-form box="…" sending="…" unknown="…" recorded="…"
 * refused="…" login="…"><form>…</form></ballot-form>.
 *
 * A position is recorded when the server says so. While it has not answered nobody knows, and the page says that;
 * it asks again with the same mark, and the same mark is the same position. The secret of a ballot stays on this device.
 */
export class BallotForm extends HTMLElement {
  private tries = 0;
  private keptBefore: Kept | null = null;

  connectedCallback(): void {
    this.form?.addEventListener("submit", this.whenSent);
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  private readonly whenSent = (event: Event): void => {
    event.preventDefault();
    const form = this.form;
    if (!form || this.hasAttribute("busy")) return;
    this.setAttribute("busy", "");
    this.say("sending");
    this.querySelector<HTMLElement>("[data-said]")?.focus(); // the button that was pressed is going
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    this.querySelector("[data-nothing-sent]")?.setAttribute("hidden", ""); // from now on nobody could promise that
    this.keptBefore = find(this.getAttribute("box") ?? "");
    this.keepSecret({ isRecorded: false });
    void this.send(form.action, fieldsOf(form));
  };

  private async send(address: string, fields: [string, string][]): Promise<void> {
    this.say(this.tries ? "unknown" : "sending");
    const answer = await post(address, fields);
    if (answer.kind === "done") return this.done(answer.body as Recorded);
    if (answer.kind === "refused") return this.end("refused", answer.reason);
    if (answer.kind === "logged-out") return this.end("login");
    this.say("unknown");
    const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** this.tries++);
    window.setTimeout(() => void this.send(address, fields), wait);
  }

  private done({ words, receipt }: Recorded): void {
    this.end("recorded", words ?? receipt ?? "");
  }

  private end(how: string, more = ""): void {
    this.say(how, more);
    if (how === "recorded") this.keepSecret({ isRecorded: true });
    if (how === "refused") this.forgetSecret();
    for (const part of this.querySelectorAll<HTMLElement>(`[data-when="${how}"]`)) part.hidden = false;
    if (how === "recorded") this.querySelector("[data-asked]")?.setAttribute("hidden", ""); // it is answered
    if (how !== "login") this.form?.setAttribute("hidden", "");
  }

  private say(how: string, more = ""): void {
    const place = this.querySelector<HTMLElement>("[data-said]");
    if (!place) return;
    place.hidden = false;
    place.className = `ballot-said is-${how}`;
    place.toggleAttribute("data-unknown", how === "sending" || how === "unknown");
    place.textContent = more ? `${this.getAttribute(how) ?? ""} ${more}` : this.getAttribute(how);
  }

  private get secret(): string {
    return this.querySelector<HTMLInputElement>("input[name=secret]")?.value ?? "";
  }

  /** The receipt of a ballot that lies in the box gives way to another only when that one is recorded, too. */
  private keepSecret({ isRecorded }: { isRecorded: boolean }): void {
    const box = this.getAttribute("box");
    if (!this.secret || !box) return;
    if (isRecorded || !find(box)?.isRecorded) {
      keep(box, { secret: this.secret, receipt: this.getAttribute("receipt") ?? "", isRecorded });
    }
  }

  /** The receipt of a refused ballot would be looked for in vain; the one of a ballot that was not changed would not. */
  private forgetSecret(): void {
    const box = this.getAttribute("box");
    const kept = box ? find(box) : null;
    if (!box || kept?.secret !== this.secret || kept.isRecorded) return;
    if (this.keptBefore) keep(box, this.keptBefore);
    else forget(box);
  }
}

/**
 * Shows the receipt that this device keeps, and fills it into the form that changes the ballot:
 * <ballot-receipt box="…"><p hidden data-kept>… <b data-receipt></b> … <button data-forget>…</p></ballot-receipt>.
 */
export class BallotReceipt extends HTMLElement {
  connectedCallback(): void {
    const box = this.getAttribute("box") ?? "";
    const kept = find(box);
    if (!kept) return;
    for (const place of this.querySelectorAll<HTMLElement>("[data-kept]")) place.hidden = false;
    this.write("[data-receipt]", kept.receipt);
    this.write("[data-own-secret]", kept.secret);
    const field = document.querySelector<HTMLInputElement>("input[data-secret]");
    if (field && !field.value) field.value = kept.secret;
    this.querySelector("[data-forget]")?.addEventListener("click", () => {
      forget(box);
      if (field) field.value = "";
      this.hidden = true;
    });
  }

  private write(selector: string, words: string): void {
    const place = this.querySelector(selector);
    if (place) place.textContent = words;
  }
}

function fieldsOf(form: HTMLFormElement): [string, string][] {
  return [...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === "string");
}

function keep(box: string, kept: Kept): void {
  try {
    localStorage.setItem(`ballot:${box}`, JSON.stringify(kept));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // no room, or not allowed: it stands on the page
  }
}

function find(box: string): Kept | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(`ballot:${box}`) ?? "null");
    return found as Kept | null;
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError) return null;
    throw error;
  }
}

function forget(box: string): void {
  try {
    localStorage.removeItem(`ballot:${box}`);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

customElements.define("ballot-form", BallotForm);
customElements.define("ballot-receipt", BallotReceipt);
