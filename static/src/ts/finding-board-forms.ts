import { fixed } from "./finding-board-places";
import type { Words } from "./finding-board-types";

const NO_FINDING = "00000000-0000-0000-0000-000000000000";
const NAMED = ["id", "for", "action", "aria-describedby", "href"];

/** A copy of what a template of the board holds, made out for a finding. */
export function madeOut(board: Element, template: string, key: string): DocumentFragment | null {
  const source = fixed<HTMLTemplateElement>(board, `template[${template}]`);
  if (!source) return null;
  const copy = document.importNode(source.content, true);
  for (const element of copy.querySelectorAll("*")) {
    for (const name of NAMED) {
      const value = element.getAttribute(name);
      if (value?.includes(NO_FINDING)) element.setAttribute(name, value.replace(NO_FINDING, key));
    }
  }
  return copy;
}

/** The forms of a card are drawn when somebody opens them: most never are, and a board may hold many cards. */
export function drawWhenOpened(board: HTMLElement, words: Words): void {
  board.addEventListener("click", (event) => {
    const summary = event.target instanceof Element ? event.target.closest("details[data-short] > summary") : null;
    const card = summary?.closest<HTMLElement>("li.finding");
    const forms = card && madeOut(board, "data-tools-of", keyOf(card));
    if (!summary?.parentElement || !forms) return;
    summary.parentElement.removeAttribute("data-short");
    // The summary stays where it is: it has the focus.
    while (summary.nextSibling) summary.nextSibling.remove();
    summary.after(forms);
    dress(card, words);
  });
}

/** What only the person sees who noted the finding; drawn once it is theirs. */
export function ownOf(board: Element, card: HTMLElement, words: Words): Element | null {
  const known = card.querySelector("[data-own]");
  if (known) return known;
  const own = madeOut(board, "data-own-of", keyOf(card));
  if (!own) return null;
  const tools = card.querySelector("details[data-tools]");
  if (tools) tools.before(own);
  else card.append(own);
  dress(card, words);
  return card.querySelector("[data-own]");
}

/** Turns the forms of a card to what the card says: its number, its state, and its words unless they are being changed. */
export function dress(card: HTMLElement, words: Words): void {
  const { state = "", number = "" } = card.dataset;
  const text = card.querySelector("[data-text]")?.textContent ?? "";
  for (const place of card.querySelectorAll("[data-summary-no]")) place.textContent = ` ${words.say("number", number)}`;
  for (const place of card.querySelectorAll("[data-dots-no]")) place.textContent = words.say("number", number);
  for (const form of card.querySelectorAll('[data-own] [data-change="reword"]')) {
    form.toggleAttribute("hidden", state !== "noted");
  }
  const isMerged = card.querySelector(".merged li") !== null;
  const away = { agree: state === "agreed", park: state === "parked", reopen: state === "noted", merge: isMerged };
  for (const [action, isAway] of Object.entries(away)) {
    card.querySelector(`[data-change="${action}"]`)?.toggleAttribute("hidden", isAway);
  }
  if (card.querySelector("details.tools[open]")) return;
  for (const box of card.querySelectorAll<HTMLTextAreaElement>('[data-change="reword"] textarea')) box.value = text;
}

export function keyOf(card: Element): string {
  return card.id.replace(/^finding-/, "");
}

const merged = new WeakMap<Element, string[]>();

/** A card's own finding, and those that were merged into it; looked up once until something happens to the card. */
export function keysOf(card: HTMLElement): string[] {
  const known = card.dataset.drawn === undefined ? undefined : merged.get(card);
  if (known) return known;
  const keys = [keyOf(card), ...[...card.querySelectorAll(".merged li")].map(keyOf)];
  merged.set(card, keys);
  return keys;
}
