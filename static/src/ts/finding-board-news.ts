import type { Happenings } from "./finding-board-types";

type Line = Happenings["events"][number];

const PATIENCE = 400;

/**
 * Puts what is told into the order of the ledger. Two processes may tell a line before the one that comes before it: it
 * waits a moment, and if the gap stays, the board is asked for what is missing.
 */
export class News {
  private readonly early = new Map<number, Line>();
  private timer: number | undefined;
  private lastTold = "";

  constructor(
    public seen: number,
    private readonly missing: () => void,
  ) {}

  /** The lines that are next now, in order, each of them once. */
  take(news: Happenings): Line[] {
    for (const line of news.events) if (line.number > this.seen) this.early.set(line.number, line);
    const next: Line[] = [];
    for (let line = this.early.get(this.seen + 1); line; line = this.early.get(this.seen + 1)) {
      this.early.delete(line.number);
      this.seen = line.number;
      next.push(line);
    }
    window.clearTimeout(this.timer);
    if (this.early.size || news.head > this.seen) {
      this.timer = window.setTimeout(this.missing, PATIENCE * (1 + Math.random()));
    }
    return next;
  }

  /** Whether this tells how the board is now, and not how it was before something that was told already. */
  isLatest(news: Happenings): boolean {
    if (news.at < this.lastTold) return false;
    this.lastTold = news.at;
    return true;
  }

  stop(): void {
    window.clearTimeout(this.timer);
  }
}
