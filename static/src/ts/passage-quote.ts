/**
 * Comments on a passage: <passage-quote label="Comment on this passage" moved="The text has changed since.">
 *
 * Around the words of a clause ([data-words]), the quotes of its threads ([data-quote]) and the form that begins a
 * thread (a textarea named "quote"). Whoever marks words gets a button that puts them into the form. A quote that
 * still stands in the words is marked there; one that does not says that the text has changed. Without this script
 * the passage is typed or copied by hand, and the quote stands over the comment all the same.
 */
interface Found {
  text: string;
  places: { node: Text; offset: number }[];
}

export class PassageQuote extends HTMLElement {
  private readonly button = document.createElement("button");

  connectedCallback(): void {
    const words = this.querySelector<HTMLElement>("[data-words]");
    for (const quote of this.querySelectorAll<HTMLElement>("[data-quote]")) this.showPlace(words, quote);
    const field = this.querySelector<HTMLTextAreaElement>("textarea[name='quote']");
    if (!words || !field) return;
    this.button.type = "button";
    this.button.className = "btn btn-quiet btn-sm passage-button";
    this.button.textContent = this.getAttribute("label");
    this.button.hidden = true;
    words.after(this.button);
    document.addEventListener("selectionchange", this.offer);
    // The button would take the selection away before it is read.
    this.button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.button.addEventListener("click", () => this.take(field));
  }

  disconnectedCallback(): void {
    document.removeEventListener("selectionchange", this.offer);
  }

  private readonly offer = (): void => {
    this.button.hidden = this.chosen() === "";
  };

  /** The marked words, as long as they all stand in the clause. */
  private chosen(): string {
    const words = this.querySelector("[data-words]");
    const selection = document.getSelection();
    if (!words || !selection || selection.isCollapsed || selection.rangeCount === 0) return "";
    const range = selection.getRangeAt(0);
    return words.contains(range.commonAncestorContainer) ? squeezed(selection.toString()).slice(0, 500) : "";
  }

  private take(field: HTMLTextAreaElement): void {
    const chosen = this.chosen();
    if (!chosen) return;
    field.value = chosen;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.button.hidden = true;
    field.form?.querySelector<HTMLTextAreaElement>("textarea[name='text']")?.focus();
  }

  /** Marks the passage in the words, or says beside the quote that it is not there any more. */
  private showPlace(words: HTMLElement | null, quote: HTMLElement): void {
    const passage = squeezed(quote.textContent ?? "");
    const range = words && passage ? rangeOf(words, passage) : null;
    if (!range) {
      const said = document.createElement("p");
      said.className = "small muted quote-moved";
      said.textContent = this.getAttribute("moved");
      quote.after(said);
      return;
    }
    markAll(range);
  }
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The text of an element with every run of blanks as one, and where each character of it stands. */
function flattened(element: HTMLElement): Found {
  const found: Found = { text: "", places: [] };
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    for (let offset = 0; offset < node.data.length; offset++) {
      const character = node.data.charAt(offset).replace(/\s/, " ");
      if (character === " " && found.text.endsWith(" ")) continue;
      found.text += character;
      found.places.push({ node, offset });
    }
  }
  return found;
}

function rangeOf(element: HTMLElement, passage: string): Range | null {
  const { text, places } = flattened(element);
  const start = text.indexOf(passage);
  const first = places[start];
  const last = places[start + passage.length - 1];
  if (start < 0 || !first || !last) return null;
  const range = document.createRange();
  range.setStart(first.node, first.offset);
  range.setEnd(last.node, last.offset + 1);
  return range;
}

/** Puts a mark around each run of text of a range; elements stay whole. */
function markAll(range: Range): void {
  const nodes: Text[] = [];
  const root = range.commonAncestorContainer;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const only = root.nodeType === Node.TEXT_NODE ? (root as Text) : null;
  for (let node = only ?? (walker.nextNode() as Text | null); node; node = only ? null : (walker.nextNode() as Text | null)) {
    if (range.intersectsNode(node) && node.data.trim()) nodes.push(node);
  }
  const { startContainer, startOffset, endContainer, endOffset } = range;
  for (const node of nodes) {
    const part = document.createRange();
    part.setStart(node, node === startContainer ? startOffset : 0);
    part.setEnd(node, node === endContainer ? endOffset : node.data.length);
    const mark = document.createElement("mark");
    mark.className = "passage";
    part.surroundContents(mark);
  }
}

customElements.define("passage-quote", PassageQuote);
