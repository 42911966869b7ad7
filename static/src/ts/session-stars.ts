/**
 * The stars of sessions: <session-stars edition="2022" url="/2022/programme/star/" failed="…" none="…"> around buttons
 * with `data-star`, the id of a session.
 *
 * With `url` the stars are kept with the registration: a press is sent at once and taken back if it did not arrive; what
 * this browser kept before the login is handed over first. Without it they are kept in this browser.
 */
export class SessionStars extends HTMLElement {
  private readonly voice = document.createElement("p");
  private only: HTMLButtonElement | null = null;

  connectedCallback(): void {
    this.voice.className = "star-voice";
    this.voice.setAttribute("role", "status");
    this.append(this.voice);
    if (this.getAttribute("url")) {
      void this.handOver();
    } else {
      this.showKept();
    }
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-star]") : null;
      if (!button) return;
      event.preventDefault();
      void this.toggle(button);
    });
  }

  private get place(): string {
    return `stars:${this.getAttribute("edition") ?? ""}`;
  }

  private get kept(): Set<string> {
    try {
      const found: unknown = JSON.parse(localStorage.getItem(this.place) ?? "[]");
      return new Set(Array.isArray(found) ? found.filter((id): id is string => typeof id === "string") : []);
    } catch {
      return new Set();
    }
  }

  private buttons(): HTMLButtonElement[] {
    return [...this.querySelectorAll<HTMLButtonElement>("[data-star]")];
  }

  private showKept(): void {
    const kept = this.kept;
    for (const button of this.buttons()) {
      press(button, kept.has(button.dataset.star ?? ""));
    }
    this.only = document.querySelector<HTMLButtonElement>("[data-only-stars]");
    if (!this.only) return;
    this.only.classList.add("is-ready");
    this.only.addEventListener("click", () => this.press(this.only?.getAttribute("aria-pressed") !== "true"));
    if (new URLSearchParams(location.search).get("show") === "starred") this.press(true);
  }

  /** Show the starred sessions alone, or all again; the address says which, so that it can be shared and kept. */
  private press(only: boolean): void {
    this.only?.setAttribute("aria-pressed", String(only));
    const address = new URL(location.href);
    if (only) address.searchParams.set("show", "starred");
    else if (address.searchParams.get("show") === "starred") address.searchParams.delete("show");
    history.replaceState(history.state, "", address);
    this.narrow();
  }

  /** Show only the rows with a star, if that was asked for. */
  private narrow(): void {
    const narrows = this.only?.getAttribute("aria-pressed") === "true";
    let shown = 0;
    for (const row of this.querySelectorAll<HTMLElement>(".slot")) {
      row.hidden = narrows && !row.querySelector('[data-star][aria-pressed="true"]');
      shown += row.hidden ? 0 : 1;
    }
    for (const day of this.querySelectorAll<HTMLElement>(".agenda-day")) {
      day.hidden = narrows && !day.querySelector(".slot:not([hidden])");
    }
    this.voice.textContent = narrows && !shown ? this.getAttribute("none") : "";
  }

  private async toggle(button: HTMLButtonElement): Promise<void> {
    const on = button.getAttribute("aria-pressed") !== "true";
    press(button, on);
    const id = button.dataset.star ?? "";
    if (this.getAttribute("url")) {
      if (!(await this.send(on ? "star" : "unstar", id))) press(button, !on);
      return;
    }
    const kept = this.kept;
    if (on) kept.add(id);
    else kept.delete(id);
    localStorage.setItem(this.place, JSON.stringify([...kept]));
    this.narrow();
  }

  /** Give what was starred before the login to the registration; what cannot be sent stays in this browser. */
  private async handOver(): Promise<void> {
    const kept = this.kept;
    if (!kept.size || !(await this.send("stars", [...kept].join(",")))) return;
    localStorage.removeItem(this.place);
    for (const button of this.buttons()) {
      if (kept.has(button.dataset.star ?? "")) press(button, true);
    }
  }

  private async send(name: string, value: string): Promise<boolean> {
    const token = document.querySelector<HTMLInputElement>("#stars input[name=csrfmiddlewaretoken]")?.value ?? "";
    this.voice.textContent = "";
    try {
      const answer = await fetch(this.getAttribute("url") ?? "", {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body: new URLSearchParams({ [name]: value }),
      });
      if (answer.ok) return true;
    } catch {
      // Offline: said below.
    }
    this.voice.textContent = this.getAttribute("failed");
    return false;
  }
}

function press(button: HTMLButtonElement, on: boolean): void {
  button.setAttribute("aria-pressed", String(on));
  button.name = on ? "unstar" : "star";
}

customElements.define("session-stars", SessionStars);
