import type * as Y from "yjs";
import { yXmlFragmentToProsemirrorJSON } from "y-prosemirror";
import { blocksOf, bodyOf, headingOf, textOf } from "./clause-editor-blocks";
import { button, make, type Words } from "./clause-editor-words";

/** Words that are not in the document: which clause they were written in, and what stood there before. */
export interface Offered {
  clause: string;
  label: string;
  text: string;
  heading: string;
  /** What stood in the clause when the first of these words was written; null if that is not known. */
  before: string | null;
  body: unknown;
}

/** A clause as it stands here. */
export function asItStands(doc: Y.Doc, key: string, before: string | null, label: string): Offered | null {
  const block = blocksOf(doc).get(key);
  const body = bodyOf(block);
  if (!block || !body) return null;
  const heading = headingOf(block)?.toString() ?? "";
  return { clause: key, label, text: textOf(block), heading, before, body: yXmlFragmentToProsemirrorJSON(body) };
}

/**
 * The clauses whose words here are not in what the server has: as they stand now, and as they stood before something
 * came in that took away what they hung on.
 */
export function unsaved(doc: Y.Doc, confirmed: Y.Doc, mine: ReadonlyMap<string, Offered>, before: ReadonlyMap<string, string>, labels: ReadonlyMap<string, string>): Offered[] {
  const found = [...mine.values()];
  for (const key of blocksOf(doc).keys()) {
    const now = asItStands(doc, key, before.get(key) ?? null, labels.get(key) ?? "");
    const kept = mine.get(key);
    if (now && (now.text || now.heading) && !(kept?.text.includes(now.text) && kept.heading === now.heading)) found.push(now);
  }
  return found.filter((one) => {
    const block = blocksOf(confirmed).get(one.clause);
    return one.text !== textOf(block) || one.heading !== (headingOf(block)?.toString() ?? "");
  });
}

/** Kept on this device until they are put back or discarded, also over a closed tab. */
export class OfferedList {
  private all: Offered[] = [];

  constructor(
    private readonly name: string,
    private readonly place: HTMLElement,
    private readonly words: Words,
    private readonly putBack: (offered: Offered) => boolean,
  ) {
    try {
      this.all = JSON.parse(localStorage.getItem(name) ?? "[]") as Offered[];
    } catch (error) {
      if (!(error instanceof SyntaxError) && !(error instanceof DOMException)) throw error;
    }
  }

  get isEmpty(): boolean {
    return !this.all.length;
  }

  add(found: Offered[], reason: string): void {
    const known = new Set(this.all.map(({ clause, text }) => `${clause} ${text}`));
    this.all.push(...found.filter(({ clause, text }) => !known.has(`${clause} ${text}`)));
    this.keep();
    this.draw(reason);
  }

  draw(reason = this.words.say("offered-before")): void {
    if (!this.all.length) return this.place.replaceChildren();
    const items = this.all.map((offered) => {
      const words = make("blockquote", { class: "serif live-offered-words", dir: "auto", tabindex: "0" }, [offered.heading, offered.text].filter(Boolean).join("\n"));
      const actions = make("p", { class: "actions" });
      actions.append(
        button(this.words.say("put-back"), () => {
          if (this.putBack(offered)) this.drop(offered);
        }, offered.label),
        button(this.words.say("copy"), () => void navigator.clipboard?.writeText(words.textContent ?? ""), offered.label),
        button(this.words.say("discard"), () => this.drop(offered), offered.label),
      );
      return make("li", {}, make("p", { class: "strong mb-1" }, offered.label || this.words.say("clause")), words, actions);
    });
    this.place.replaceChildren(
      make("section", { class: "alert alert-warning live-offered", role: "alert" }, make("p", {}, reason), make("ul", { class: "list-ruled" }, ...items)),
    );
  }

  drop(offered: Offered): void {
    this.all = this.all.filter((one) => one !== offered);
    this.keep();
    this.draw();
  }

  private keep(): void {
    try {
      if (this.all.length) localStorage.setItem(this.name, JSON.stringify(this.all));
      else localStorage.removeItem(this.name);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // the browser keeps nothing for us
    }
  }
}
