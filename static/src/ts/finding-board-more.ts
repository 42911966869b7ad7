import { ask, isElsewhere } from "./finding-board-post";

/** Opens what else can be done with a finding in a dialog on the board; without it, the link leads to a page. */
export function openInDialog(board: HTMLElement): void {
  const dialog = board.querySelector<HTMLDialogElement>("dialog[data-more]");
  if (!dialog) return;
  board.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-more-of]") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void show(dialog, link.href);
  });
}

async function show(dialog: HTMLDialogElement, address: string): Promise<void> {
  const response = await ask(address, { headers: { Accept: "text/html" } });
  if (!response?.ok || isElsewhere(response)) {
    location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
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
  const close = document.createElement("form");
  close.method = "dialog";
  const button = document.createElement("button");
  button.className = "btn btn-quiet btn-sm";
  button.textContent = dialog.closest("finding-board")?.getAttribute("close-word") ?? "×";
  close.append(button);
  dialog.replaceChildren(close, document.importNode(fragment, true));
  dialog.showModal();
}
