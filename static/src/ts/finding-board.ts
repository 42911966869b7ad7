import { Cards } from "./finding-board-cards";
import { answerInPlace, closeWithEscape } from "./finding-board-changes";
import { Entry } from "./finding-board-entry";
import { drawWhenOpened } from "./finding-board-forms";
import { Line, type LineState, type Reached } from "./finding-board-line";
import { openInDialog } from "./finding-board-more";
import { News } from "./finding-board-news";
import { Notices } from "./finding-board-notices";
import { Outbox } from "./finding-board-outbox";
import { fixed } from "./finding-board-places";
import { ask, isElsewhere, post, readJson } from "./finding-board-post";
import { Reading } from "./finding-board-reading";
import { Room } from "./finding-board-room";
import { Sender, type Waiting } from "./finding-board-sender";
import { Support } from "./finding-board-support";
import { type Acknowledgement, type Frame, type Happenings, type Kept, type Own, Words } from "./finding-board-types";

/** After these, dots may have gone back to their givers, or findings of this person have become several. */
const CHANGES_OWN = new Set(["moved", "undone", "split off"]);

/**
 * The live board: <finding-board socket="/ws/boards/…/" events="…/events/" head="12" state="open" part="…"
 * outbox="group.person" zone="Europe/Vienna" words="{…}">, around what the server has drawn.
 *
 * It shows what others note, and sends what is written here until the server has acknowledged it.
 */
export class FindingBoard extends HTMLElement {
  private news!: News;
  private support!: Support;
  private reading!: Reading;
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
    this.news = new News(Number(this.getAttribute("head")), () => this.line?.askAgain());
    this.words = new Words(JSON.parse(this.getAttribute("words") ?? "{}") as Record<string, string>);
    this.cards = new Cards(this, this.words);
    this.room = new Room(this, this.words, this.announce);
    this.notices = new Notices(this.querySelector("[data-notices]") ?? this, this.words);
    this.support = new Support(this, this.cards.stale, this.words);
    this.reading = new Reading(this.querySelector("[data-read-back]"), this.getAttribute("read-back") ?? "", () =>
      this.announce(this.words.say("read-back")),
    );
    answerInPlace(this, this.words, this.whenChanged);
    closeWithEscape(this);
    openInDialog(this, this.words);
    drawWhenOpened(this, this.words);
    void this.fetchOwn();
    const form = this.querySelector<HTMLFormElement>("form[data-entry]");
    const ready = this.takeUpOutbox();
    const add = (kept: Kept): void => void ready.then((sender) => sender.add(kept));
    if (form) this.entry = new Entry(form, this.box, this.words, add, this.announce);
    void ready.then((sender) => sender.flush());
    if (this.getAttribute("state") === "closed") return; // a page to be read: nothing happens here any more
    this.line = new Line(this.getAttribute("socket") ?? "", () => this.catchUp(), this.showLine, this.whenTold, () => this.news.seen);
    this.line.open();
    window.addEventListener("online", this.whenOnline);
  }

  disconnectedCallback(): void {
    this.line?.close();
    this.news.stop();
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
      const response = await ask(`${this.getAttribute("events") ?? ""}?after=${this.news.seen}`);
      if (!response || response.status >= 500) return "away";
      if (isElsewhere(response) || !response.ok) return "refused";
      const news = (await readJson(response)) as Happenings | null;
      if (news === null) return "away";
      this.apply(news);
      if (news.events.length === 0 && !this.askAgain) return "reached";
    }
  }

  /** What the socket says. */
  private readonly whenTold = (frame: Frame): void => {
    if ("events" in frame) this.apply(frame);
    else if ("here" in frame) this.showHere(frame.here);
    else if (frame.number > this.news.seen || frame.state !== this.getAttribute("state")) this.line?.askAgain();
  };

  private apply(news: Happenings): void {
    const said: string[] = [];
    let isOwnChanged = false;
    for (const { verb, finding } of this.news.take(news)) {
      const isNew = this.cards.show(finding);
      if (isNew) this.cards.highlight(finding.id);
      if (isNew && verb !== "reopened") said.push(this.words.say("arrived", finding.text));
      else if (verb !== "noted") said.push(this.words.say("changed", finding.number));
      isOwnChanged ||= CHANGES_OWN.has(verb);
    }
    if (said.length) this.announce(said.slice(-3).join(" "));
    if (isOwnChanged) window.setTimeout(() => void this.fetchOwn(), 1000 * Math.random());
    if (this.news.isLatest(news)) this.applyRoom(news);
    else this.support.draw();
  }

  /** How the board is now: its part, its clock, who writes, what is counted, what is read back, who is here. */
  private applyRoom(news: Happenings): void {
    if (this.room.follow(news.part)) this.turnEntry(news.part?.id ?? "");
    const counted = this.support.follow(news);
    if (counted.length) this.announce(counted.map((letter) => this.words.say("part-counted", letter)).join(" "));
    if (news.here !== undefined) this.showHere(news.here);
    this.letWrite(news.participants_write);
    this.reading.follow(news.read_back);
    if (news.state !== this.getAttribute("state")) this.turnPage(news.state);
  }

  private showHere(here: number): void {
    const place = fixed(this, "[data-here]");
    const words = this.words.say("here", here, this.getAttribute("seats") ?? "");
    if (place && place.textContent !== words) place.textContent = words;
  }

  /** The moderator lets participants write, or not any more. */
  private letWrite(allowed: boolean): void {
    if (allowed === this.hasAttribute("writing")) return;
    this.toggleAttribute("writing", allowed);
    this.querySelector('[data-change="writing-on"]')?.toggleAttribute("hidden", allowed);
    this.querySelector('[data-change="writing-off"]')?.toggleAttribute("hidden", !allowed);
    if (this.hasAttribute("leads")) return;
    this.entry?.show(allowed);
    const sentence = this.words.say(allowed ? "writing-open" : "writing-closed");
    const place = this.querySelector("[data-who-writes]");
    if (place) place.textContent = sentence;
    this.announce(sentence);
  }

  private async fetchOwn(): Promise<void> {
    const response = await ask(this.getAttribute("own") ?? "");
    const own = response?.ok && !isElsewhere(response) ? await readJson(response) : null;
    if (own !== null) this.support.keep(own as Own);
  }

  /** A small form was answered in place. */
  private readonly whenChanged = (form: HTMLFormElement, body: unknown): void => {
    if (form.matches("form.own-dots")) return this.support.given(body as Pick<Own, "dots" | "left">);
    if (form.closest(".read-back")) void this.reading.fetch();
    const { finding, step } = body as { finding?: { number: number }; step?: number };
    if (finding && step) this.offerToTakeBack(form, finding.number, step);
    if (this.getAttribute("state") === "closed") location.reload();
    else this.line?.askAgain();
  };

  /** What was just done can be taken back with one key, as long as nothing else happens to the finding. */
  private offerToTakeBack(form: HTMLFormElement, number: number, step: number): void {
    if (!this.hasAttribute("leads") || form.matches('[data-change="undo"]')) return;
    const address = form.getAttribute("action") ?? "";
    const fields: [string, string][] = [
      ["action", "undo"],
      ["step", String(step)],
      ["csrfmiddlewaretoken", this.anyToken()],
    ];
    const act = async (): Promise<void> => {
      const answer = await post(address, fields);
      if (answer.kind === "refused") this.notices.say(answer.reason);
      this.line?.askAgain();
    };
    this.notices.offer(this.words.say("done", number), { label: this.words.say("undone-by"), act: () => void act() });
  }

  /** The board was opened or closed: the page is drawn anew, unless words are being written. */
  private turnPage(state: string): void {
    this.setAttribute("state", state);
    const sentence = this.words.say(state === "closed" ? "closed" : "opened");
    this.announce(sentence);
    if (this.isBeingWritten()) this.notices.say(sentence, this.again());
    else location.reload();
  }

  /** Whether somebody is in the middle of words: in the line where one writes, or in any other field of the board. */
  private isBeingWritten(): boolean {
    const field = this.querySelector<HTMLInputElement | HTMLTextAreaElement>(":is(textarea, input):focus");
    return (this.entry !== null && !this.entry.isEmpty) || Boolean(field?.value.trim());
  }

  private readonly whenAcknowledged = ({ finding, at }: Acknowledgement): void => {
    this.cards.acknowledge(finding);
    if (!finding.on_behalf) this.support.noted(finding.id);
    this.support.draw();
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
