import type { Cards } from "./finding-board-cards";
import type { Outbox } from "./finding-board-outbox";
import { post } from "./finding-board-post";
import type { Acknowledgement, Kept } from "./finding-board-types";

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;

/** How it stands with what is not sent yet. */
export type Waiting = "sending" | "kept" | "on-page" | "logged-out";

/** What the sender tells the page. */
export interface Listener {
  acknowledged(answer: Acknowledgement): void;
  refused(kept: Kept, reason: string): void;
  loggedOut(): void;
  waiting(count: number, how: Waiting): void;
  token(): string;
}

/**
 * Sends what is kept, one after the other and in order; a finding leaves the outbox only when the server has
 * acknowledged it. Sent twice, it is noted once: its key is made here.
 */
export class Sender {
  private busy = false;
  private again = false;
  private isLoggedOut = false;
  private wait = FIRST_WAIT;
  private timer: number | undefined;

  constructor(
    private readonly address: string,
    private readonly outbox: Outbox,
    private readonly cards: Cards,
    private readonly listener: Listener,
  ) {}

  /** Keeps a finding and sends it. */
  async add(kept: Kept): Promise<void> {
    this.cards.showKept(kept, "saving");
    await this.outbox.put(kept);
    this.listener.waiting((await this.unsent()).length, "sending");
    await this.flush();
  }

  /** Sends what is kept, as long as the server answers. */
  async flush(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    window.clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        for (const kept of await this.unsent()) {
          if (!(await this.send(kept))) return await this.keepTheRest();
        }
      } while (this.again);
      this.wait = FIRST_WAIT;
      this.listener.waiting(0, "sending");
    } finally {
      this.busy = false;
    }
  }

  private async unsent(): Promise<Kept[]> {
    return (await this.outbox.all()).filter((kept) => kept.refused === undefined);
  }

  /** Whether the server answered this one, so that the next may be sent. */
  private async send(kept: Kept): Promise<boolean> {
    this.cards.showKept(kept, "saving");
    const answer = await post(this.address, [...kept.fields, ["csrfmiddlewaretoken", this.listener.token()]]);
    this.isLoggedOut = answer.kind === "logged-out";
    switch (answer.kind) {
      case "done":
        await this.outbox.remove(kept.key);
        this.listener.acknowledged(answer.body as Acknowledgement);
        return true;
      case "refused":
        await this.outbox.put({ ...kept, refused: answer.reason });
        this.cards.drop(kept.key);
        this.listener.refused(kept, answer.reason);
        return true;
      case "logged-out":
        this.listener.loggedOut();
        return false;
      case "away":
        return false;
    }
  }

  private async keepTheRest(): Promise<void> {
    const durable = this.outbox.durable;
    const word = this.isLoggedOut ? "unsent" : "kept";
    const unsent = await this.unsent();
    for (const kept of unsent) this.cards.showKept(kept, durable ? word : `${word}-on-page`);
    this.listener.waiting(unsent.length, this.isLoggedOut ? "logged-out" : durable ? "kept" : "on-page");
    this.timer = window.setTimeout(() => void this.flush(), this.wait);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }
}
