/** How the server answered, or why it did not. */
export type Answer =
  | { kind: "done"; body: unknown }
  | { kind: "refused"; reason: string }
  | { kind: "logged-out" }
  | { kind: "away" };

const PATIENCE = 15_000;
const TRY_LATER = new Set([408, 425, 429]);

/** Sends a form's fields; only a 2xx counts as done, and only a reason in JSON counts as a refusal. */
export async function post(address: string, fields: Iterable<[string, string]>): Promise<Answer> {
  const response = await ask(address, { method: "POST", body: new URLSearchParams([...fields]) });
  if (!response || response.status >= 500 || TRY_LATER.has(response.status)) return { kind: "away" };
  if (isElsewhere(response)) return { kind: "logged-out" };
  const body = await readJson(response);
  if (response.ok) return body === null ? { kind: "away" } : { kind: "done", body };
  // Without a reason in JSON the form was not ours to judge: its token is of an earlier login.
  if (body === null) return { kind: "logged-out" };
  return { kind: "refused", reason: titleOf(body) || response.statusText };
}

/** The server's answer to a script; null if there was none. A redirect (to the login) is not followed. */
export async function ask(address: string, options: RequestInit = {}): Promise<Response | null> {
  try {
    return await fetch(address, {
      headers: { Accept: "application/json" },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return null; // no network, or too slow
    throw error;
  }
}

export function isElsewhere(response: Response): boolean {
  return response.type === "opaqueredirect" || response.status === 401;
}

/** What the server said; null if the connection broke before the end. */
export async function read(response: Response): Promise<string | null> {
  try {
    return await response.text();
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

/** What the server said as data; null if that was no JSON: a page of the network of a hotel, or half an answer. */
export async function readJson(response: Response): Promise<unknown> {
  const said = await read(response);
  try {
    return said === null ? null : JSON.parse(said);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function titleOf(body: unknown): string {
  return typeof body === "object" && body !== null && "title" in body ? String(body.title) : "";
}
