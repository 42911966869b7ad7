/**
 * Slides of a page, one at a time: <slide-show>… <section class="slide"> … </slide-show>.
 *
 * Without this they stand below each other. Started, one fills the screen; keys, buttons and swipes lead on, the clock
 * counts since the start and, by the server's time, how long the session still has. The address keeps the place.
 */
export class SlideShow extends HTMLElement {
  private place = 0;
  private startedAt = 0;
  private readonly ahead = Date.parse(this.dataset["now"] ?? "") - Date.now();
  private ticking = 0;
  private touchedAt: [number, number] | null = null;

  connectedCallback(): void {
    for (const part of this.querySelectorAll<HTMLElement>("[data-with-script]")) part.hidden = false;
    this.button("start")?.addEventListener("click", () => this.start(this.fromAddress()));
    this.button("back")?.addEventListener("click", () => this.go(this.place - 1));
    this.button("next")?.addEventListener("click", () => this.go(this.place + 1));
    this.button("notes")?.addEventListener("click", () => this.toggleNotes());
    this.button("leave")?.addEventListener("click", () => this.leave());
    document.addEventListener("keydown", this.whenPressed);
    document.addEventListener("fullscreenchange", this.whenScreenChanges);
    this.addEventListener("touchstart", this.whenTouched, { passive: true });
    this.addEventListener("touchend", this.whenReleased);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.whenPressed);
    document.removeEventListener("fullscreenchange", this.whenScreenChanges);
    this.leave();
  }

  private get slides(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".slide")];
  }

  private get isOn(): boolean {
    return this.classList.contains("is-on");
  }

  private button(name: string): HTMLElement | null {
    return this.querySelector(`[data-${name}]`);
  }

  private fromAddress(): number {
    const found = this.slides.findIndex((slide) => `#${slide.id}` === location.hash);
    return Math.max(0, found);
  }

  private start(place: number): void {
    if (this.slides.length === 0) return;
    this.classList.add("is-on");
    document.body.classList.add("is-presenting");
    this.setHidden("bar", false);
    this.startedAt = Date.now();
    this.ticking = window.setInterval(() => this.tick(), 1000);
    this.tick();
    this.go(place);
    // A phone may have no full screen; the slide fills the window then.
    this.requestFullscreen?.().catch(() => undefined);
  }

  private leave(): void {
    if (!this.isOn) return;
    this.classList.remove("is-on");
    document.body.classList.remove("is-presenting");
    this.setHidden("bar", true);
    window.clearInterval(this.ticking);
    for (const slide of this.slides) slide.hidden = false;
    if (document.fullscreenElement === this) void document.exitFullscreen();
    this.slides[this.place]?.scrollIntoView();
    this.button("start")?.focus({ preventScroll: true });
  }

  private go(place: number): void {
    const slides = this.slides;
    this.place = Math.min(Math.max(place, 0), slides.length - 1);
    slides.forEach((slide, at) => (slide.hidden = at !== this.place));
    const slide = slides[this.place];
    if (!slide) return;
    slide.scrollTop = 0;
    slide.tabIndex = -1;
    slide.focus({ preventScroll: true });
    history.replaceState(null, "", `#${slide.id}`);
    const words = this.words("place", String(this.place + 1), String(slides.length));
    this.say("place-words", words);
    this.say("voice", `${words}: ${slide.querySelector("h2")?.textContent ?? ""}`);
    this.disable("back", this.place === 0);
    this.disable("next", this.place === slides.length - 1);
  }

  private toggleNotes(): void {
    const shown = this.classList.toggle("has-notes");
    this.button("notes")?.setAttribute("aria-pressed", String(shown));
  }

  private readonly whenPressed = (event: KeyboardEvent): void => {
    if (!this.isOn || event.ctrlKey || event.metaKey || event.altKey) return;
    // Space on a button presses it.
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    const rightToLeft = document.documentElement.dir === "rtl";
    const last = this.slides.length - 1;
    const ways: Record<string, () => void> = {
      ArrowRight: () => this.go(this.place + (rightToLeft ? -1 : 1)),
      ArrowLeft: () => this.go(this.place + (rightToLeft ? 1 : -1)),
      PageDown: () => this.go(this.place + 1),
      PageUp: () => this.go(this.place - 1),
      " ": () => this.go(this.place + (event.shiftKey ? -1 : 1)),
      Home: () => this.go(0),
      End: () => this.go(last),
      Escape: () => this.leave(),
      n: () => this.toggleNotes(),
      N: () => this.toggleNotes(),
    };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    way();
  };

  /** Escape ends the browser's full screen before any key reaches the page. */
  private readonly whenScreenChanges = (): void => {
    if (!document.fullscreenElement) this.leave();
  };

  private readonly whenTouched = (event: TouchEvent): void => {
    const touch = event.changedTouches[0];
    this.touchedAt = touch ? [touch.clientX, touch.clientY] : null;
  };

  private readonly whenReleased = (event: TouchEvent): void => {
    const touch = event.changedTouches[0];
    if (!this.isOn || !touch || !this.touchedAt) return;
    const across = touch.clientX - this.touchedAt[0];
    const along = touch.clientY - this.touchedAt[1];
    if (Math.abs(across) < 60 || Math.abs(across) < 2 * Math.abs(along)) return;
    const rightToLeft = document.documentElement.dir === "rtl";
    this.go(this.place + (across < 0 !== rightToLeft ? 1 : -1));
  };

  private tick(): void {
    this.say("elapsed", minutes(Date.now() - this.startedAt));
    const ends = Date.parse(this.dataset["ends"] ?? "");
    const left = ends - (Date.now() + this.ahead);
    // Before and after the day itself, what is left of its closing says nothing.
    if (Number.isNaN(left) || Math.abs(left) > 2 * 3_600_000) return;
    this.say("remaining", this.words(left >= 0 ? "left" : "over", minutes(Math.abs(left))));
  }

  private words(name: string, ...values: string[]): string {
    return values.reduce((words, value) => words.replace("%s", value), this.dataset[name] ?? "");
  }

  private say(name: string, words: string): void {
    const place = this.button(name);
    if (place) place.textContent = words;
  }

  private setHidden(name: string, hidden: boolean): void {
    const part = this.button(name);
    if (part) part.hidden = hidden;
  }

  private disable(name: string, disabled: boolean): void {
    this.button(name)?.toggleAttribute("disabled", disabled);
  }
}

function minutes(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

customElements.define("slide-show", SlideShow);
