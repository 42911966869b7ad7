// What the server says about a board: workshops/ledger.py and workshops/reading.py write it.

/** A finding as readers of the board may see it. */
export interface Finding {
  id: string;
  number: number;
  part: string;
  question: string | null;
  kind: string;
  text: string;
  language: string;
  state: "noted" | "agreed" | "merged" | "parked";
  merged_into: string | null;
  reason: string;
  split_from?: string;
  on_behalf?: boolean;
}

export interface RoomPart {
  id: string;
  letter: string;
  title: string;
  ends_at: string | null;
  left: number | null;
  now: string;
}

export interface Happenings {
  events: { number: number; verb: string; finding: Finding }[];
  head: number;
  state: string;
  part: RoomPart | null;
  closed_parts: string[];
  tally: Record<string, number>;
  dots: number;
  participants_write: boolean;
  names: Record<string, string>;
  read_back: string;
  /** Not told with every line: `{ here }` comes by itself when it has changed. */
  here?: number;
  at: string;
}

/** What a frame of the socket may be: what has happened, how many are here, or just the number of the last line. */
export type Frame = Happenings | { here: number } | { number: number; state: string };

/** What only this person is told. */
export interface Own {
  findings: string[];
  dots: Record<string, number>;
  left: Record<string, number>;
}

/** The server's answer to a finding that it has committed. */
export interface Acknowledgement {
  finding: Finding;
  number: number;
  at: string;
}

/** A finding on its way: kept until the server has acknowledged it, or its author has taken it back. */
export interface Kept {
  key: string;
  box: string;
  at: number;
  fields: [string, string][];
  refused?: string;
}

/** The board's sentences in the reader's language; `%s` is replaced by what is said. */
export class Words {
  constructor(private readonly sentences: Record<string, string>) {}

  say(name: string, ...facts: (string | number)[]): string {
    return facts.reduce<string>((text, fact) => text.replace("%s", () => String(fact)), this.sentences[name] ?? name);
  }
}

export function fieldOf(kept: Kept, name: string): string {
  return kept.fields.find(([field]) => field === name)?.[1] ?? "";
}
