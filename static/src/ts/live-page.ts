import { ask, isElsewhere } from "./finding-board-post";
import { Line, type LineState, type Reached } from "./finding-board-line";

/**
 * Keeps parts of a page true: <live-page socket="/ws/…/" state="/…/state.json" stage="open" version="…"
 * live="…" paused="…" away="…" changed="…" page="…">… <div data-live="numbers">…</div> …</live-page>.
 *
 * `page` is its address: a form that was refused is shown at an address that only takes what a form sends.
 *
 * The socket only says that there is something new; without one it asks every few seconds. If the version has moved,
 * the page is fetched again and its parts are put in place. If the stage has moved, the page is loaded anew, unless
 * somebody is writing: then it says so and leaves it to them.
 */
export class LivePage extends HTMLElement {
  private line: Line | null = null;
  private version = "";
  private asking: Promise<Reached> | null = null;
  private isToldAgain = false;
  private isDirty = false;

  connectedCallback(): void {
    this.version = this.getAttribute("version") ?? "";
    this.addEventListener("input", this.whenTyped);
    const socket = this.getAttribute("socket");
    if (!socket) return; // a page to be read: nothing happens here
    // What the socket says does not matter here: anything at all means that there may be news.
    this.line = new Line(socket, () => this.catchUp(), this.showLine, () => void this.catchUp(), () => 0);
    this.line.open();
  }

  disconnectedCallback(): void {
    this.removeEventListener("input", this.whenTyped);
    this.line?.close();
  }

  private readonly whenTyped = (): void => {
    this.isDirty = true;
  };

  /** One question at a time; many announcements at once are one question, and one more if it was asked already. */
  private catchUp(): Promise<Reached> {
    this.isToldAgain = true;
    this.asking ??= this.askUntilQuiet().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async askUntilQuiet(): Promise<Reached> {
    let reached: Reached;
    do reached = await this.askForNews();
    while (this.isToldAgain && reached === "reached");
    return reached;
  }

  private async askForNews(): Promise<Reached> {
    // Everybody is told at the same moment; they need not all ask at the same moment.
    await new Promise((done) => window.setTimeout(done, Math.random() * Number(this.getAttribute("spread") ?? 800)));
    this.isToldAgain = false; // what was told until now is in the answer
    const answer = await ask(this.getAttribute("state") ?? "");
    if (!answer || answer.status >= 500) return "away";
    if (isElsewhere(answer) || !answer.ok) return "refused";
    const { version, state } = (await answer.json()) as { version: string; state: string };
    if (state !== this.getAttribute("stage")) this.turnPage(state);
    else if (version !== this.version && !(await this.renew())) return "away";
    this.version = version;
    return "reached";
  }

  /** Fetches the page again and puts its live parts in place; false if it did not arrive. */
  private async renew(): Promise<boolean> {
    const answer = await ask(this.getAttribute("page") ?? location.href, { headers: { Accept: "text/html" } });
    if (!answer?.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of this.querySelectorAll<HTMLElement>("[data-live]")) {
      const fresh = page.querySelector<HTMLElement>(`[data-live="${part.dataset["live"] ?? ""}"]`);
      const isBusy = part.contains(document.activeElement) && document.activeElement !== document.body;
      if (fresh && !isBusy && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
    return true;
  }

  private turnPage(state: string): void {
    this.setAttribute("stage", state);
    if (!this.isDirty && !this.querySelector("[data-unknown]")) {
      const page = this.getAttribute("page");
      if (!page || page === location.pathname) location.reload();
      else location.replace(page);
      return;
    }
    const notice = this.querySelector<HTMLElement>("[data-changed]");
    if (notice) notice.hidden = false;
  }

  private readonly showLine = (state: LineState): void => {
    const place = this.querySelector<HTMLElement>("[data-line]");
    if (!place) return;
    place.textContent = this.getAttribute(state === "stopped" ? "away" : state) ?? "";
    place.className = `line-state is-${state}`;
  };
}

customElements.define("live-page", LivePage);
