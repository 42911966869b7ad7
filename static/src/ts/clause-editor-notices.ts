import { make } from "./clause-editor-words";

/** What is proposed to a clause: how many amendments are open, and what they conflict with, in the server's words. */
export interface Notice {
  href: string;
  words: string;
  conflicts: string[];
}

const QUIET_MS = 6_000;
const SOON_MS = 500;
const PATIENCE_MS = 15_000;

/** Asks what is proposed: at the beginning, when the server says so, and once nobody has written for a while. */
export class Notices {
  private found: Record<string, Notice> = {};
  private soon = 0;
  private quiet = 0;
  private asked = 0;

  constructor(
    private readonly address: string,
    private readonly changed: () => void,
  ) {}

  of(clause: string): Notice | null {
    return this.found[clause] ?? null;
  }

  /** Asks soon; many pages that are told at once do not all ask in the same moment. */
  askSoon(): void {
    window.clearTimeout(this.soon);
    this.soon = window.setTimeout(() => void this.ask(), Math.random() * SOON_MS);
  }

  /** Something was written: once the clauses show it, it may stand against what is proposed. */
  written(): void {
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => void this.ask(), QUIET_MS);
  }

  close(): void {
    window.clearTimeout(this.soon);
    window.clearTimeout(this.quiet);
    this.asked = -1;
  }

  private async ask(): Promise<void> {
    const turn = ++this.asked;
    const answer = await read(this.address);
    if (!answer || turn !== this.asked) return;
    this.found = answer;
    this.changed();
  }
}

async function read(address: string): Promise<Record<string, Notice> | null> {
  try {
    const options = { headers: { Accept: "application/json" }, redirect: "manual" as const, cache: "no-store" as const };
    const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? ((await answer.json()) as { clauses: Record<string, Notice> }).clauses : null;
  } catch (error) {
    // Without a connection nothing new is known; what was known stays.
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A notice as a line: a link to the clause with its amendments, and what conflicts. */
export function lineOf(notice: Notice | null, label: string): Node[] {
  if (!notice) return [];
  const link = make("a", { href: notice.href }, notice.words, make("span", { class: "visually-hidden" }, `: ${label}`));
  const conflicts = notice.conflicts.flatMap((words) => [" · ", make("span", { class: "live-conflict" }, words)]);
  return [make("p", { class: "live-notice" }, link, ...conflicts)];
}
