import { post } from "./finding-board-post";
import type { Words } from "./finding-board-types";

/** Escape closes what is open at a finding, and leads back to where it was opened. */
export function closeWithEscape(board: HTMLElement): void {
  board.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(event.target instanceof Element)) return;
    const open = event.target.closest<HTMLDetailsElement>("li.finding details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
}

/** Lets the small forms of the cards and of the bar answer in place; without a script they lead to the page again. */
export function answerInPlace(board: HTMLElement, words: Words, done: (form: HTMLFormElement, body: unknown) => void): void {
  board.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-change], [data-go-to]")) return;
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) void send(form, event.submitter, words, done);
  });
}

async function send(
  form: HTMLFormElement,
  button: HTMLElement | null,
  words: Words,
  done: (form: HTMLFormElement, body: unknown) => void,
): Promise<void> {
  const tools = form.closest<HTMLDetailsElement>("details.tools");
  const card = form.closest("li.finding");
  form.setAttribute("aria-busy", "true");
  // Not `form.action`: these forms have a field of that name.
  const answer = await post(form.getAttribute("action") ?? "", fieldsOf(form, button));
  form.removeAttribute("aria-busy");
  if (answer.kind !== "done") {
    const reason = { "logged-out": words.say("not-connected"), away: words.say("failed") };
    say(form, answer.kind === "refused" ? answer.reason : reason[answer.kind]);
    return;
  }
  say(form, "");
  if (tools) tools.open = false;
  if (!form.matches('[data-change="reword"], [data-change="dots-budget"]')) form.reset();
  form.closest("dialog")?.close();
  done(form, answer.body);
  if (tools) (tools.isConnected ? tools : toolsOf(card))?.querySelector("summary")?.focus();
}

/** What can be done with a finding, or with the one that it was merged into. */
function toolsOf(card: Element | null): Element | null {
  const stands = document.getElementById(card?.id ?? "")?.closest("li.finding");
  return stands?.querySelector("details.tools:not([data-own])") ?? null;
}

function fieldsOf(form: HTMLFormElement, button: HTMLElement | null): [string, string][] {
  return [...new FormData(form, button)].flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[name, value]] : [],
  );
}

function say(where: Element, sentence: string): void {
  const place = where.querySelector("[data-refusal]") ?? where.appendChild(document.createElement("p"));
  place.className = "refusal";
  place.setAttribute("role", "alert");
  place.setAttribute("data-refusal", "");
  place.textContent = sentence;
  where.querySelector("[aria-describedby]")?.setAttribute("aria-invalid", String(sentence !== ""));
}
