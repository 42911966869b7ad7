import { post } from "./finding-board-post";

/** What became of a move: done, or why not, in words ("" if nobody answered). */
export type Outcome = { kind: "done" } | { kind: "refused"; reason: string } | { kind: "logged-out" } | { kind: "away" };

/** Sends the form that stands beside a session, with another day and start; its end is left to the server. */
export async function move(form: HTMLFormElement, day: string, start: string): Promise<Outcome> {
  const fields = new FormData(form);
  fields.set("day", day);
  fields.set("start", start);
  fields.set("end", "");
  const words = [...fields].map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await post(form.action, words);
  return answer.kind === "done" ? { kind: "done" } : answer;
}

/** The body of the board as the server draws it now; null if it cannot be had. What counts above it is drawn anew. */
export async function drawnAnew(): Promise<Element | null> {
  try {
    const response = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
    if (!response.ok) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const fresh of page.querySelectorAll("[data-anew]")) document.getElementById(fresh.id)?.replaceWith(fresh);
    return page.querySelector("[data-board-body]");
  } catch (error) {
    if (error instanceof TypeError) return null; // no network
    throw error;
  }
}
