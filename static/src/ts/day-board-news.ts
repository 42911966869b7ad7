import { ask, isElsewhere } from "./finding-board-post";

const EVERY = 10_000;

/** What the board of a day wants to know: the newest edit that it shows, and whom to tell of later ones. */
export interface Reader {
  readonly number: number;
  tell(sentence: string): void;
}

/** Asks now and then whether somebody changed the day meanwhile, as long as the page is looked at. */
export class News {
  private timer: number | undefined;

  constructor(
    private readonly address: string,
    private readonly reader: Reader,
  ) {}

  start(): void {
    document.addEventListener("visibilitychange", this.look);
    this.timer = window.setInterval(this.look, EVERY);
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.look);
    window.clearInterval(this.timer);
  }

  readonly look = (): void => {
    if (document.visibilityState === "visible") void this.ask();
  };

  private async ask(): Promise<void> {
    const since = this.reader.number;
    const response = await ask(`${this.address}?since=${since}`);
    if (!response) return; // no network: the next time
    if (isElsewhere(response)) return this.stop();
    if (!response.ok) return;
    const says = sentenceOf(await response.json().catch(() => null));
    // What the reader was shown meanwhile is no news any more.
    if (says && since === this.reader.number) this.reader.tell(says);
  }
}

function sentenceOf(body: unknown): string {
  return typeof body === "object" && body !== null && "says" in body ? String(body.says) : "";
}
