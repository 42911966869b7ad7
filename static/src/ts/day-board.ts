import { Axis, type Block, blocksIn, clock, STEP, within } from "./day-board-axis";
import { Drag, type Draggable } from "./day-board-drag";
import { drawnAnew, move } from "./day-board-send";

const HALF_HOUR = 30;

/** What is held: a session, the day and the start that it would get. */
interface Held {
  block: Block;
  day: string;
  start: number;
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

  connectedCallback(): void {
    this.voice.className = "board-voice";
    this.voice.setAttribute("role", "status");
    this.prepend(this.voice);
    new Drag(this, this);
    this.addEventListener("keydown", this.press);
    this.addEventListener("click", this.activate);
    this.addEventListener("focusout", this.leave);
    this.draw();
    const wanted = document.getElementById(location.hash.slice(1));
    if (wanted && this.contains(wanted)) this.focusOn(wanted.id);
  }

  // --- Held by drag or by keyboard alike ---

  take(element: HTMLElement): boolean {
    const block = this.blocks.find((one) => one.element === element);
    if (!block || this.hasAttribute("aria-busy")) return false;
    this.held = { block, day: this.day, start: block.start };
    element.classList.add("is-held");
    return true;
  }

  over(height: number, day: HTMLElement | null): void {
    if (!this.held || !this.axis) return;
    this.held.day = day?.dataset["dropDay"] ?? this.day;
    this.held.start = day ? this.held.block.start : this.axis.minuteAt(height); // on another day at the same time
    this.show();
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
    const days = new Map([
      ["ArrowLeft", -1],
      ["ArrowRight", 1],
    ]).get(key);
    if (minutes !== undefined) {
      held.start = within(held.start + minutes);
      const blocks = this.blocks.map((one) => (one === held.block ? { ...one, start: held.start } : one));
      this.axis?.place(blocks);
    } else if (days !== undefined) {
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
    this.querySelector("[data-board-body]")?.replaceWith(body);
    this.removeAttribute("aria-busy");
    this.draw();
    this.focusOn(held.block.id);
    this.say("moved", held.block, held.start);
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
