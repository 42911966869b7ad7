import { Axis, type Block, blocksIn, clock, STEP, within } from "./day-board-axis";
import { Drag, type Draggable } from "./day-board-drag";
import { News } from "./day-board-news";
import { drawnAnew, move } from "./day-board-send";
import { typeAgain, typedIn } from "./day-board-typed";

const HALF_HOUR = 30;
const PIXELS = 8; // that one drags in a list for a step of time
const HEARD_AFTER = 500; // milliseconds

/** What is held: a session, the day and the start that it would get. */
interface Held {
  block: Block;
  day: string;
  start: number;
  /** Where it began on the axis, in pixels. */
  readonly top: number;
}

/**
 * The board of a day: <day-board day="day-1"><div data-board-body>…</div></day-board>.
 *
 * Without a script it is a list with a form beside each session. With one, the sessions stand on an axis of time and
 * are moved by drag, or from their handle by keyboard: Space picks up and puts down, arrows move. Both send that form.
 * What it says, it finds in its attributes (`says-picked="…"`), with {title}, {time} and {day} filled in.
 */
export class DayBoard extends HTMLElement implements Draggable {
  private blocks: Block[] = [];
  private axis: Axis | null = null;
  private held: Held | null = null;
  private readonly voice = document.createElement("p");
  private readonly note = document.createElement("div");
  private readonly news = new News(this.getAttribute("news") ?? "", this);

  connectedCallback(): void {
    this.voice.className = "board-voice";
    this.voice.setAttribute("role", "status");
    this.note.className = "board-news";
    this.note.setAttribute("role", "status");
    this.prepend(this.note, this.voice);
    new Drag(this, this);
    this.addEventListener("keydown", this.press);
    this.addEventListener("click", this.activate);
    this.addEventListener("focusout", this.leave);
    this.draw();
    const wanted = document.getElementById(location.hash.slice(1));
    if (wanted && this.contains(wanted)) this.focusOn(wanted.id);
    this.welcome();
    if (this.hasAttribute("news")) this.news.start();
  }

  /** Says of a session that was moved here from another day what it would have said on that one. */
  private welcome(): void {
    const moved = new URLSearchParams(location.search).get("moved");
    const block = this.blocks.find((one) => one.id === `session-${moved ?? ""}`);
    // A page that has only just been opened is not listened to yet.
    if (block) window.setTimeout(() => this.say("moved", block, block.start), HEARD_AFTER);
  }

  disconnectedCallback(): void {
    this.news.stop();
  }

  // --- Held by drag or by keyboard alike ---

  take(element: HTMLElement): boolean {
    const block = this.blocks.find((one) => one.element === element);
    if (!block || this.hasAttribute("aria-busy")) return false;
    this.held = { block, day: this.day, start: block.start, top: this.axis?.topOf(element) ?? 0 };
    element.classList.add("is-held");
    return true;
  }

  over(away: number, day: HTMLElement | null): void {
    const { held, axis } = this;
    if (!held || !axis) return;
    const onto = held.block.isPart ? null : day;
    held.day = onto?.dataset["dropDay"] ?? this.day;
    held.start = onto ? held.block.start : this.startAfter(held, axis, away); // on another day at the same time
    this.show();
  }

  /** The start that a session gets by being dragged so far: as the axis shows it, or step by step in a list. */
  private startAfter({ block, top }: Held, axis: Axis, away: number): number {
    if (!axis.isDrawn) return within(block.start + Math.round(away / PIXELS) * STEP);
    if (!block.isPart) return axis.minuteAt(top + away);
    return within(block.start + axis.minuteAt(top + away) - axis.minuteAt(top));
  }

  drop(): void {
    const held = this.held;
    if (!held) return;
    if (held.day === this.day && held.start === held.block.start) return this.cancel();
    void this.send(held);
  }

  cancel(): void {
    const held = this.held;
    if (!held) return;
    this.letGo(held);
    this.say("kept", held.block, held.block.start);
  }

  private letGo(held: Held): void {
    this.held = null;
    held.block.element.classList.remove("is-held");
    held.block.element.querySelector(".grip")?.removeAttribute("aria-pressed");
    this.markDay("");
    this.writeTimes(held.block, held.block.start);
    this.axis?.place(this.blocks);
  }

  private show(): void {
    if (!this.held) return;
    this.writeTimes(this.held.block, this.held.start);
    this.markDay(this.held.day === this.day ? "" : this.held.day);
  }

  // --- By keyboard ---

  private readonly press = (event: KeyboardEvent): void => {
    const grip = event.target instanceof Element ? event.target.closest<HTMLElement>(".grip") : null;
    if (!grip || event.altKey || event.ctrlKey || event.metaKey) return;
    const isSwitch = event.key === " " || event.key === "Enter";
    if (!this.held && !isSwitch) return;
    if (event.key === "Tab") return;
    event.preventDefault();
    if (!this.held) return this.pickUp(grip);
    if (isSwitch) return this.drop();
    if (event.key === "Escape") return this.cancel();
    this.step(event.key);
  };

  /** A click without a pointer comes from a screen reader. */
  private readonly activate = (event: MouseEvent): void => {
    const grip = event.target instanceof Element ? event.target.closest<HTMLElement>(".grip") : null;
    if (!grip || event.detail !== 0) return;
    if (this.held) this.drop();
    else this.pickUp(grip);
  };

  private readonly leave = (event: FocusEvent): void => {
    const isGrip = event.target instanceof Element && event.target.matches(".grip[aria-pressed]");
    if (isGrip && !this.hasAttribute("aria-busy")) this.cancel();
  };

  private pickUp(grip: HTMLElement): void {
    const element = grip.closest<HTMLElement>("[data-start]");
    if (!element || !this.take(element) || !this.held) return;
    grip.setAttribute("aria-pressed", "true");
    this.say("picked", this.held.block, this.held.start);
  }

  private step(key: string): void {
    const held = this.held;
    if (!held) return;
    const minutes = new Map([
      ["ArrowUp", -STEP],
      ["ArrowDown", STEP],
      ["PageUp", -HALF_HOUR],
      ["PageDown", HALF_HOUR],
    ]).get(key);
    const ahead = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const days = key === "ArrowLeft" || key === "ArrowRight" ? (key === ahead ? 1 : -1) : undefined;
    if (minutes !== undefined) {
      held.start = within(held.start + minutes);
      const blocks = this.blocks.map((one) => (one === held.block ? { ...one, start: held.start } : one));
      this.axis?.place(blocks);
    } else if (days !== undefined && !held.block.isPart) {
      const all = this.days().map((tab) => tab.dataset["dropDay"] ?? "");
      held.day = all[all.indexOf(held.day) + days] ?? held.day;
    } else return;
    this.show();
    this.say(held.day === this.day ? "at" : "other-day", held.block, held.start);
    held.block.element.scrollIntoView({ block: "nearest" });
  }

  // --- Saved, and drawn again ---

  private async send(held: Held): Promise<void> {
    const form = held.block.element.querySelector<HTMLFormElement>("form[data-move]");
    if (!form) return this.cancel();
    this.setAttribute("aria-busy", "true");
    this.say("saving", held.block, held.start);
    const outcome = await move(form, held.day, clock(held.start));
    if (outcome.kind === "done") return this.follow(held);
    this.removeAttribute("aria-busy");
    this.letGo(held);
    if (outcome.kind === "logged-out") return location.reload();
    this.complain(outcome.kind === "refused" ? outcome.reason : (this.getAttribute("says-away") ?? ""));
    this.focusOn(held.block.id);
    this.news.look();
  }

  private async follow(held: Held): Promise<void> {
    const tab = this.days().find((one) => one.dataset["dropDay"] === held.day);
    const body = held.day === this.day ? await drawnAnew() : null;
    if (!body) {
      const address = new URL(tab?.href ?? location.pathname, location.href);
      address.searchParams.set("moved", held.block.id.replace("session-", ""));
      address.hash = held.block.id;
      return location.assign(address);
    }
    this.held = null;
    this.removeAttribute("aria-busy");
    const isWhole = this.replaceBody(body);
    this.focusOn(held.block.id);
    if (isWhole) this.say("moved", held.block, held.start);
  }

  /** Shows a body that the server drew anew, with what was typed into the old one; whether all of that is still there. */
  private replaceBody(body: Element): boolean {
    const old = this.querySelector("[data-board-body]");
    const isWhole = !old || typeAgain(body, typedIn(old));
    old?.replaceWith(body);
    this.note.replaceChildren();
    this.draw();
    if (!isWhole) this.complain(this.getAttribute("says-lost") ?? "");
    return isWhole;
  }

  // --- What others change meanwhile ---

  get number(): number {
    return Number(this.querySelector<HTMLElement>("[data-board-body]")?.dataset["number"] ?? 0);
  }

  tell(sentence: string): void {
    if (this.note.firstElementChild?.textContent === sentence) return; // it was said, and is not said again
    const words = document.createElement("p");
    words.textContent = sentence;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm";
    button.textContent = this.getAttribute("says-show") ?? "";
    button.addEventListener("click", () => void this.refresh());
    this.note.replaceChildren(words, button);
  }

  private async refresh(): Promise<void> {
    if (this.held) return;
    const body = await drawnAnew();
    if (!body) return this.complain(this.getAttribute("says-away") ?? "");
    this.voice.textContent = "";
    this.voice.classList.remove("is-refusal");
    this.replaceBody(body);
    this.querySelector<HTMLElement>(".grip")?.focus();
  }

  private draw(): void {
    const grid = this.querySelector<HTMLElement>("[data-blocks]");
    this.blocks = blocksIn(this);
    this.axis = grid && this.blocks.length > 0 ? new Axis(grid) : null;
    this.axis?.place(this.blocks);
    this.classList.toggle("is-live", this.axis !== null);
  }

  // --- What people see and hear ---

  private get day(): string {
    return this.getAttribute("day") ?? "";
  }

  private days(): HTMLAnchorElement[] {
    return [...document.querySelectorAll<HTMLAnchorElement>("a[data-drop-day]")];
  }

  private markDay(day: string): void {
    for (const tab of this.days()) tab.classList.toggle("is-target", day !== "" && tab.dataset["dropDay"] === day);
  }

  private writeTimes(block: Block, start: number): void {
    const words = block.element.querySelector("[data-times]");
    if (words) words.textContent = `${clock(start)}–${clock(start + block.minutes)}`;
  }

  private say(what: string, block: Block, start: number): void {
    const tab = this.days().find((one) => one.dataset["dropDay"] === (this.held?.day ?? this.day));
    this.voice.classList.remove("is-refusal");
    this.voice.textContent = (this.getAttribute(`says-${what}`) ?? "")
      .replace("{title}", block.title)
      .replace("{time}", `${clock(start)}–${clock(start + block.minutes)}`)
      .replace("{day}", tab?.textContent?.trim().replace(/\s+/g, " ") ?? "");
  }

  private complain(reason: string): void {
    this.voice.classList.add("is-refusal");
    this.voice.textContent = reason;
  }

  private focusOn(id: string): void {
    document.getElementById(id)?.querySelector<HTMLElement>(".grip")?.focus();
  }
}

customElements.define("day-board", DayBoard);
