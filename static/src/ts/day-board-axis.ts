/** The smallest step in which sessions are moved, in minutes; a row of the axis is one step. */
export const STEP = 5;
const DAY = 24 * 60;

/** A session on the board: its element, and where the server says that it stands, in minutes of the day. */
export interface Block {
  readonly element: HTMLElement;
  readonly id: string;
  readonly title: string;
  start: number;
  readonly minutes: number;
  /** A part stands inside its session and stays on its day; it has no place of its own on the axis. */
  readonly isPart: boolean;
}

export function blocksIn(board: ParentNode): Block[] {
  return [...board.querySelectorAll<HTMLElement>("[data-start]")].map((element) => ({
    element,
    id: element.id,
    title: element.dataset["title"] ?? "",
    start: Number(element.dataset["start"]),
    minutes: Number(element.dataset["minutes"]),
    isPart: element.hasAttribute("data-part"),
  }));
}

/** A start that stays within the day and on the grid of steps. */
export function within(start: number): number {
  return Math.min(Math.max(Math.round(start / STEP) * STEP, 0), DAY - STEP);
}

/** "12:05" for 725 minutes; after midnight the clock begins again. */
export function clock(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}

/** The axis of a day: rows of five minutes, the hours beside them, what runs at the same time in lanes side by side. */
export class Axis {
  private first = 0;

  constructor(private readonly grid: HTMLElement) {}

  /** Whether the axis is there: where there is no room for it, the sessions are a list. */
  get isDrawn(): boolean {
    return getComputedStyle(this.grid).display === "grid";
  }

  place(all: Block[]): void {
    const blocks = all.filter((block) => !block.isPart);
    const starts = blocks.map((block) => block.start);
    const ends = blocks.map((block) => block.start + block.minutes);
    this.first = Math.max(0, Math.floor(Math.min(...starts) / 60) * 60 - 60);
    const last = Math.ceil(Math.max(...ends) / 60) * 60 + 60;
    this.drawHours(last);
    const lanes = lanesOf(blocks);
    this.grid.style.setProperty("--lanes", String(lanes.most));
    for (const block of blocks) {
      const row = this.rowOf(block.start);
      const rows = Math.max(1, Math.ceil(block.minutes / STEP));
      block.element.style.gridRow = `${row} / span ${rows}`;
      const { lane, among } = lanes.of.get(block) ?? { lane: 0, among: 1 };
      const width = Math.floor(lanes.most / among);
      block.element.style.gridColumn = `${2 + lane * width} / ${lane === among - 1 ? "-1" : `span ${width}`}`;
    }
  }

  /** Where an element begins, in pixels from the upper edge of the grid. */
  topOf(element: HTMLElement): number {
    return element.getBoundingClientRect().top - this.grid.getBoundingClientRect().top;
  }

  /** The minute of the day at a height of the grid, in pixels from its upper edge. */
  minuteAt(height: number): number {
    let top = 0;
    const rows = getComputedStyle(this.grid).gridTemplateRows.split(" ").map(parseFloat);
    for (const [number, row] of rows.entries()) {
      if (height < top + row / 2) return within(this.first + number * STEP);
      top += row;
    }
    return within(this.first + rows.length * STEP);
  }

  private rowOf(minute: number): number {
    return Math.floor((minute - this.first) / STEP) + 1;
  }

  private drawHours(last: number): void {
    for (const old of this.grid.querySelectorAll(".board-hour")) old.remove();
    const rows = (last - this.first) / STEP;
    this.grid.style.setProperty("--rows", String(rows));
    for (let minute = this.first; minute < last; minute += 60) {
      const hour = document.createElement("li");
      hour.className = "board-hour";
      hour.setAttribute("aria-hidden", "true");
      hour.textContent = clock(minute);
      hour.style.gridRow = `${this.rowOf(minute)} / span ${60 / STEP}`;
      this.grid.append(hour);
    }
  }
}

interface Lanes {
  most: number;
  of: Map<Block, { lane: number; among: number }>;
}

/** Lanes for what overlaps: each run of overlapping sessions shares the width among as many lanes as it needs. */
function lanesOf(blocks: Block[]): Lanes {
  const of: Lanes["of"] = new Map();
  let run: { block: Block; lane: number }[] = [];
  let ends: number[] = [];
  let most = 1;
  const close = (): void => {
    for (const { block, lane } of run) of.set(block, { lane, among: ends.length });
    most = leastCommonMultiple(most, Math.max(1, ends.length));
    run = [];
    ends = [];
  };
  for (const block of [...blocks].sort((one, other) => one.start - other.start || other.minutes - one.minutes)) {
    if (ends.every((end) => end <= block.start)) close();
    const free = ends.findIndex((end) => end <= block.start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = block.start + block.minutes;
    run.push({ block, lane });
  }
  close();
  return { most, of };
}

function leastCommonMultiple(one: number, other: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return (one * other) / divisor(one, other);
}
