// The entry every page loads. It fetches a custom element's code when the page, or a part that
// arrived later, holds one; to add an element, write its file and add its line here.
import "./kept-words";
import "./local-zone";
import "./menus";

const elements = new Map<string, () => Promise<unknown>>([
  ["live-clock", () => import("./live-clock")],
  ["copy-button", () => import("./copy-button")],
  ["dirty-guard", () => import("./dirty-guard")],
  ["passkey-form", () => import("./passkey-form")],
  ["live-counts", () => import("./live-counts")],
  ["session-stars", () => import("./session-stars")],
  ["day-board", () => import("./day-board")],
  ["passage-quote", () => import("./passage-quote")],
  ["finding-board", () => import("./finding-board")],
  ["slide-show", () => import("./slide-show")],
  ["live-page", () => import("./live-page")],
  ["ballot-form", () => import("./ballot-form")],
  ["ballot-receipt", () => import("./ballot-form")],
  ["digest-in-address", () => import("./digest-in-address")],
  ["file-drop", () => import("./file-drop")],
]);
const waiting = new Map(elements);

function fetchWhatIsIn(root: Element): void {
  for (const [name, load] of waiting) {
    if (root.localName === name || root.querySelector(name)) {
      waiting.delete(name);
      void load();
    }
  }
}

/** Only what arrived is looked through: a long page changes often, and most of it is known. */
function fetchWhatArrived(changes: MutationRecord[]): void {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node instanceof Element) fetchWhatIsIn(node);
  }
}

/** A form that only its element knows how to send waits for the element's code; without it the browser sends it. */
function waitForTheElement(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const owner = form.closest(":is(ballot-form, passkey-form):not(:defined)");
  const load = owner && elements.get(owner.localName);
  if (!load) return;
  event.preventDefault();
  load().then(
    () => form.requestSubmit(event.submitter),
    () => form.submit(),
  );
}

fetchWhatIsIn(document.body);
document.addEventListener("submit", waitForTheElement);
new MutationObserver(fetchWhatArrived).observe(document.body, { childList: true, subtree: true });
