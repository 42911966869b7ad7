/**
 * Where things stand on a board, looked up once: a search through the page walks past every finding, of which there may be
 * thousands, and several are made whenever one arrives.
 */

/** The list of a guiding question's findings, and what says that there are none. */
export interface Column {
  section: HTMLElement;
  list: HTMLUListElement;
  nothing: Element | null;
}

/** A part of the workshop: its section, its lists, how many dots are left in it, and how many findings its tab says. */
export interface PartPlace {
  section: HTMLElement;
  lists: HTMLUListElement[];
  left: Element | null;
  tab: Element | null;
}

const known = new WeakMap<Element, Map<string, Element | null>>();

/** An element that the board has from beginning to end, or never. */
export function fixed<Kind extends Element = HTMLElement>(board: Element, selector: string): Kind | null {
  const places = known.get(board) ?? new Map<string, Element | null>();
  known.set(board, places);
  if (!places.has(selector)) places.set(selector, board.querySelector(selector));
  return places.get(selector) as Kind | null;
}

/** {place: its column}, as the server has drawn them. */
export function columnsOf(board: Element): Map<string, Column> {
  const columns = new Map<string, Column>();
  for (const section of board.querySelectorAll<HTMLElement>("[data-column]")) {
    const list = section.querySelector<HTMLUListElement>(":scope > ul");
    if (list) columns.set(section.dataset.column ?? "", { section, list, nothing: section.querySelector("[data-nothing]") });
  }
  return columns;
}

/** The parts of the workshop, in their order. */
export function partsOf(board: Element): PartPlace[] {
  const tabs = [...board.querySelectorAll<HTMLElement>("[data-tab]")];
  return [...board.querySelectorAll<HTMLElement>("section[data-part]")].map((section) => ({
    section,
    lists: [...section.querySelectorAll<HTMLUListElement>("ul.findings")],
    left: section.querySelector("[data-left]"),
    tab: tabs.find((tab) => tab.dataset.tab === section.dataset.part)?.querySelector("[data-tab-count]") ?? null,
  }));
}
