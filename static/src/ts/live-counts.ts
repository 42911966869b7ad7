interface Counts {
  counts: Record<string, number>;
  words: string;
}

/**
 * Keeps numbers on a page true: <live-counts src="/…/counts/" every="10">… <b data-count="all">12</b> …</live-counts>.
 *
 * Asks every so many seconds while somebody looks at the page; a change is said politely once. Without an answer the
 * numbers stay as they were, and it asks less and less often.
 */
export class LiveCounts extends HTMLElement {
  private timer: number | undefined;
  private failures = 0;
  private readonly voice = document.createElement("span");

  connectedCallback(): void {
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("aria-live", "polite");
    this.append(this.voice);
    document.addEventListener("visibilitychange", this.plan);
    this.plan();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.plan);
    window.clearTimeout(this.timer);
  }

  private readonly plan = (): void => {
    window.clearTimeout(this.timer);
    if (document.hidden) return;
    const seconds = Math.max(2, Number(this.getAttribute("every") ?? 10)) * 2 ** Math.min(this.failures, 5);
    this.timer = window.setTimeout(() => void this.ask(), seconds * 1000);
  };

  private async ask(): Promise<void> {
    try {
      const answer = await fetch(this.getAttribute("src") ?? "", { headers: { Accept: "application/json" } });
      // Logged out, or no organiser any more: nothing more to be had here.
      if (answer.status === 401 || answer.status === 403 || answer.redirected) return;
      if (!answer.ok) throw new Error(String(answer.status));
      this.show((await answer.json()) as Counts);
      this.failures = 0;
    } catch {
      this.failures += 1;
    }
    this.plan();
  }

  private show({ counts, words }: Counts): void {
    let changed = false;
    for (const place of this.querySelectorAll<HTMLElement>("[data-count]")) {
      const count = counts[place.dataset["count"] ?? ""];
      // As the server writes them.
      const said = count?.toLocaleString("en-GB");
      const isNew = said !== undefined && said !== place.textContent;
      if (isNew) place.textContent = said;
      place.classList.toggle("has-changed", isNew);
      changed ||= isNew;
    }
    if (changed) this.voice.textContent = words;
  }
}

customElements.define("live-counts", LiveCounts);
