/** How a command of the server ended: the clause it is about, or why it was refused. */
export type Done = { clause: string } | { refused: string };

/** Sends a command; the page hears of its effect over the line, like everybody else. */
export async function order(address: string, token: string, fields: Record<string, string>, away: string): Promise<Done> {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ ...fields, csrfmiddlewaretoken: token }),
      redirect: "manual",
      signal: AbortSignal.timeout(15_000),
    });
    const said = (await answer.json()) as { clause?: string; title?: string };
    return answer.ok && said.clause ? { clause: said.clause } : { refused: said.title ?? away };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError) return { refused: away };
    throw error;
  }
}

/** Puts elements into an order by moving only those that do not hold the focus: a moved editor would lose it. */
export function arrange(place: HTMLElement, wanted: HTMLElement[]): void {
  const anchor = wanted.find((element) => element.parentElement === place && element.contains(document.activeElement));
  if (!anchor) {
    let last: Element | null = null;
    for (const element of wanted) {
      const next: Element | null = last ? last.nextElementSibling : place.firstElementChild;
      if (element !== next) place.insertBefore(element, next);
      last = element;
    }
    return;
  }
  const middle = wanted.indexOf(anchor);
  let before: Element = anchor;
  for (const element of wanted.slice(0, middle).reverse()) {
    if (before.previousElementSibling !== element) place.insertBefore(element, before);
    before = element;
  }
  let after: Element = anchor;
  for (const element of wanted.slice(middle + 1)) {
    if (after.nextElementSibling !== element) after.after(element);
    after = element;
  }
}
