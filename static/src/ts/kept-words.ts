/**
 * Words of a long form, kept in this tab under the form's address until they are saved: an expired session or a
 * broken connection loses nothing. `dirty-guard` keeps them; here they are forgotten again, on whichever page follows.
 */
export type Kept = Record<string, string>;

const SENT = "kept-words-sent";

/** What somebody wrote is offered to nobody else who logs in on the same tab. */
function nameOf(path: string): string {
  return `${prefix()}${document.body.dataset["person"] ?? ""} ${path}`;
}

function prefix(): string {
  return "kept-words ";
}

export function keep(words: Kept): void {
  try {
    sessionStorage.setItem(nameOf(location.pathname), JSON.stringify(words));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // the browser keeps nothing for us, or has no room
  }
}

export function kept(): Kept | null {
  const found = sessionStorage.getItem(nameOf(location.pathname));
  return found === null ? null : (JSON.parse(found) as Kept);
}

export function forget(path = location.pathname): void {
  sessionStorage.removeItem(nameOf(path));
}

/** The form of this page is on its way: the next page tells whether it arrived. */
export function sent(): void {
  sessionStorage.setItem(SENT, location.pathname);
}

/** A page that says that something was done, or has arrived, and is not the form again, follows a good save. */
function forgetWhatWasSaved(): void {
  const path = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const isDone = document.querySelector("#messages .alert-success, [data-arrived]") !== null;
  if (path !== null && path !== location.pathname && isDone) forget(path);
}

/** Who logs out leaves nothing behind in the tab. */
function forgetAtLogout(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.getAttribute("action")?.includes("/logout/")) return;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(prefix())) sessionStorage.removeItem(name);
  }
  forgetClauses();
}

/** What the writing page keeps on this device (clause-editor-store.ts, clause-editor-offered.ts) is of one person. */
function forgetClauses(): void {
  const list = localStorage.getItem("clause-databases");
  if (list === null) return;
  for (const name of JSON.parse(list) as string[]) indexedDB.deleteDatabase(name);
  for (const name of Object.keys(localStorage)) if (name.startsWith("clauses offered ")) localStorage.removeItem(name);
  if (!document.body.dataset["person"]) localStorage.removeItem("clause-databases");
}

forgetWhatWasSaved();
// The page after a logout, or after a session that ended elsewhere.
if (!document.body.dataset["person"]) forgetClauses();
document.addEventListener("submit", forgetAtLogout);
