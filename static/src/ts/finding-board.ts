import { Cards } from "./finding-board-cards";
import { answerInPlace, closeWithEscape } from "./finding-board-changes";
import { Entry } from "./finding-board-entry";
import { Line, type LineState, type Reached } from "./finding-board-line";
import { Notices } from "./finding-board-notices";
import { Outbox } from "./finding-board-outbox";
import { ask, isElsewhere } from "./finding-board-post";
import { Room } from "./finding-board-room";
import { Sender, type Waiting } from "./finding-board-sender";
import { type Acknowledgement, type Happenings, type Kept, Words } from "./finding-board-types";

/**
 * The live board: <finding-board socket="/ws/boards/…/" events="…/events/" head="12" state="open" part="…"
 * outbox="group.person" zone="Europe/Vienna" words="{…}">, around what the server has drawn.
 *
 * It shows what others note, and sends what is written here until the server has acknowledged it.
 */
export class FindingBoard extends HTMLElement {
  private seen = 0;
  private savedAt = "";
  private asking: Promise<Reached> | null = null;
  private askAgain = false;
  private words = new Words({});
  private cards!: Cards;
  private room!: Room;
  private notices!: Notices;
  private line: Line | null = null;
  private entry: Entry | null = null;
  private sender: Sender | null = null;
  private outbox: Outbox | null = null;

  connectedCallback(): void {
    this.seen = Number(this.getAttribute("head"));
    this.words = new Words(JSON.parse(this.getAttribute("words") ?? "{}") as Record<string, string>);
    this.cards = new Cards(this, this.words);
    this.room = new Room(this, this.words, this.announce);
    this.notices = new Notices(this.querySelector("[data-notices]") ?? this, this.words);
    answerInPlace(this, this.words, () => void this.catchUp());
    closeWithEscape(this);
    const form = this.querySelector<HTMLFormElement>("form[data-entry]");
    const ready = this.takeUpOutbox();
    const add = (kept: Kept): void => void ready.then((sender) => sender.add(kept));
    if (form) this.entry = new Entry(form, this.box, this.words, add, this.announce);
    void ready.then((sender) => sender.flush());
    if (this.getAttribute("state") === "closed") return; // a page to be read: nothing happens here any more
    this.line = new Line(this.getAttribute("socket") ?? "", () => this.catchUp(), this.showLine);
    this.line.open();
    window.addEventListener("online", this.whenOnline);
  }

  disconnectedCallback(): void {
    this.line?.close();
    window.removeEventListener("online", this.whenOnline);
  }

  private get box(): string {
    return this.getAttribute("outbox") ?? "";
  }

  /** Opens the outbox with what an earlier page could not send, and shows what was refused there. */
  private async takeUpOutbox(): Promise<Sender> {
    this.outbox = await Outbox.open(this.box);
    const address = this.querySelector<HTMLFormElement>("form[data-entry]")?.action ?? this.addressOfNotes();
    this.sender = new Sender(address, this.outbox, this.cards, {
      acknowledged: this.whenAcknowledged,
      refused: this.whenRefused,
      loggedOut: () => this.notices.say(this.words.say("log-in"), this.again()),
      waiting: this.whenWaiting,
      token: () => this.entry?.token || this.anyToken(),
    });
    for (const kept of await this.outbox.all()) {
      if (kept.refused !== undefined) this.giveBack(kept, kept.refused);
    }
    return this.sender;
  }

  /** Fetches what happened since the last number seen; one question at a time. */
  private catchUp(): Promise<Reached> {
    if (this.asking) {
      this.askAgain = true;
      return this.asking;
    }
    this.asking = this.fetchAll().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async fetchAll(): Promise<Reached> {
    for (;;) {
      this.askAgain = false;
      const response = await ask(`${this.getAttribute("events") ?? ""}?after=${this.seen}`);
      if (!response || response.status >= 500) return "away";
      if (isElsewhere(response) || !response.ok) return "refused";
      const news = (await response.json()) as Happenings;
      this.apply(news);
      if (news.events.length === 0 && !this.askAgain) return "reached";
    }
  }

  private apply(news: Happenings): void {
    const said: string[] = [];
    for (const { number, verb, finding } of news.events) {
      if (number <= this.seen) continue;
      this.seen = number;
      const isNew = this.cards.show(finding);
      if (isNew) this.cards.highlight(finding.id);
      if (isNew) said.push(this.words.say("arrived", finding.text));
      else if (verb !== "noted") said.push(this.words.say("changed", finding.number));
    }
    if (said.length) this.announce(said.slice(-3).join(" "));
    if (this.room.follow(news.part)) this.turnEntry(news.part?.id ?? "");
    if (news.state !== this.getAttribute("state")) this.turnPage(news.state);
  }

  /** The board was opened or closed: the page is drawn anew, unless words are being written. */
  private turnPage(state: string): void {
    this.setAttribute("state", state);
    const sentence = this.words.say(state === "closed" ? "closed" : "opened");
    this.announce(sentence);
    if (this.entry && !this.entry.isEmpty) this.notices.say(sentence, this.again());
    else location.reload();
  }

  private readonly whenAcknowledged = ({ finding, at }: Acknowledgement): void => {
    this.cards.acknowledge(finding);
    const zone = this.getAttribute("zone") ?? "UTC";
    this.savedAt = this.words.say("saved-at", new Date(at).toLocaleTimeString("en-GB", { timeZone: zone }));
  };

  /** The bar says "saved" only when nothing waits. */
  private readonly whenWaiting = (count: number, how: Waiting): void => {
    const tick = this.querySelector<HTMLElement>("[data-saved]");
    const login = this.querySelector<HTMLElement>("[data-log-in]");
    if (!tick || !login) return;
    const isLoggedOut = count > 0 && how === "logged-out";
    login.hidden = !isLoggedOut;
    if (isLoggedOut) login.textContent = this.words.say(count === 1 ? "waiting-log-in-one" : "waiting-log-in", count);
    tick.hidden = isLoggedOut || (count === 0 && !this.savedAt);
    tick.className = `save-state is-${count ? "offline" : "saved"}`;
    const word = { sending: "waiting", kept: "waiting-kept", "on-page": "waiting-on-page", "logged-out": "waiting" }[how];
    tick.textContent = count ? this.words.say(word, count) : this.savedAt;
  };

  private turnEntry(part: string): void {
    const section = this.querySelector<HTMLElement>(`[data-part="${CSS.escape(part)}"]`);
    this.entry?.turnTo(part, section?.dataset.firstKind ?? "");
  }

  private readonly whenRefused = (kept: Kept, reason: string): void => {
    if (!this.entry?.isEmpty) return this.giveBack(kept, reason);
    this.entry.take(kept, reason);
    void this.outbox?.remove(kept.key);
  };

  private giveBack(kept: Kept, reason: string): void {
    const forget = (): void => void this.outbox?.remove(kept.key);
    const entry = this.entry;
    const putBack = (): void => {
      entry?.take(kept, reason);
      forget();
    };
    this.notices.giveBack(kept, reason, { putBack: entry ? putBack : null, discard: forget });
  }

  private readonly whenOnline = (): void => {
    void this.sender?.flush();
  };

  private readonly showLine = (state: LineState): void => {
    const line = this.querySelector("[data-line]");
    if (line) {
      line.className = `live-line is-${state}`;
      if (line.textContent !== this.words.say(state)) line.textContent = this.words.say(state);
    }
    if (state === "stopped") this.notices.say(this.words.say("not-connected"), this.again());
    if (state === "live") void this.sender?.flush();
  };

  private readonly announce = (sentence: string): void => {
    const voice = this.querySelector("[data-announce]");
    if (voice) voice.textContent = sentence;
  };

  private again(): { label: string; act: () => void } {
    return { label: this.words.say("load-again"), act: () => location.reload() };
  }

  private addressOfNotes(): string {
    return (this.getAttribute("events") ?? "").replace(/events\/$/, "findings/");
  }

  private anyToken(): string {
    return document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  }
}

customElements.define("finding-board", FindingBoard);
