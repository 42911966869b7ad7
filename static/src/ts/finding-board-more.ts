import { ask, isElsewhere, read } from "./finding-board-post";
import type { Words } from "./finding-board-types";

/** Opens what else can be done with a finding in a dialog on the board; without it, the link leads to a page. */
export function openInDialog(board: HTMLElement, words: Words): void {
  const dialog = board.querySelector<HTMLDialogElement>("dialog[data-more]");
  if (!dialog) return;
  board.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-more-of]") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void show(dialog, link.href, words);
  });
}

async function show(dialog: HTMLDialogElement, address: string, words: Words): Promise<void> {
  const response = await ask(address, { headers: { Accept: "text/html" } });
  const said = response?.ok && !isElsewhere(response) ? await read(response) : null;
  if (said === null) {
    // To leave the board while nothing can be loaded would be to lose it until the connection is back.
    if (!response || response.status >= 500 || response.ok) open(dialog, sentence(words.say("failed")));
    else location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(said, "text/html");
  const fragment = page.querySelector("[data-fragment]");
  if (!fragment) return;
  // What stands on the card already.
  fragment.querySelector("[data-on-the-board]")?.remove();
  const title = fragment.querySelector("h1");
  if (title) {
    const heading = document.createElement("h2");
    heading.id = title.id;
    heading.append(...title.childNodes);
    title.replaceWith(heading);
  }
  for (const other of [...fragment.querySelectorAll("h2:not(#finding-more)")]) {
    const lower = document.createElement("h3");
    lower.append(...other.childNodes);
    other.replaceWith(lower);
  }
  open(dialog, document.importNode(fragment, true));
}

function sentence(text: string): HTMLElement {
  const said = document.createElement("p");
  said.id = "finding-more";
  said.textContent = text;
  return said;
}

function open(dialog: HTMLDialogElement, content: Node): void {
  const close = document.createElement("form");
  close.method = "dialog";
  const button = document.createElement("button");
  button.className = "btn btn-quiet btn-sm";
  button.textContent = dialog.closest("finding-board")?.getAttribute("close-word") ?? "×";
  close.append(button);
  dialog.replaceChildren(close, content);
  if (!dialog.open) dialog.showModal();
}
