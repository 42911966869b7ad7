import { Fragment, type MarkSpec, type Node as Piece, type NodeSpec, Schema, Slice } from "prosemirror-model";

/** What a clause may hold; the server takes in nothing else (outcome/live/checking.py). */
const nodes: Record<string, NodeSpec> = {
  doc: { content: "block+" },
  paragraph: { content: "text*", group: "block", parseDOM: [{ tag: "p" }, { tag: "div" }, { tag: "h1" }, { tag: "h2" }, { tag: "h3" }, { tag: "h4" }], toDOM: () => ["p", 0] },
  bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
  ordered_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
  list_item: { content: "paragraph", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
  text: {},
};

const marks: Record<string, MarkSpec> = {
  link: {
    attrs: { href: {} },
    inclusive: false,
    parseDOM: [{ tag: "a[href]", getAttrs: (element) => addressOf(element.getAttribute("href")) }],
    toDOM: (mark) => ["a", { href: String(mark.attrs["href"]), rel: "noopener" }, 0],
  },
  em: { parseDOM: [{ tag: "i" }, { tag: "em" }], toDOM: () => ["em", 0] },
  strong: {
    parseDOM: [
      { tag: "strong" },
      // Some programs wrap whole pages into a <b> that is not bold.
      { tag: "b", getAttrs: (element) => element.style.fontWeight !== "normal" && null },
    ],
    toDOM: () => ["strong", 0],
  },
};

export const schema = new Schema({ nodes, marks });

const SAFE = new Set(["http:", "https:", "mailto:"]);
// As the server has it (academy/text.py).
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;
const FOREIGN = "style, script, meta, link, title, xml, object, iframe, img, svg, math, form, input, button, template, o\\:p";
const MOST_PASTED = 20_000;

/** A link's attributes, if it leads to a page or an address for mail; else none, and the words stay plain. */
export function addressOf(address: string | null): { href: string } | false {
  const said = (address ?? "").trim();
  if (!said || said.length > 2000 || /\s/.test(said) || said.replace(FORBIDDEN, "") !== said) return false;
  try {
    return SAFE.has(new URL(said).protocol) ? { href: said } : false;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

export function cleanText(text: string): string {
  return text.replace(FORBIDDEN, "").slice(0, MOST_PASTED);
}

/** What a word processor puts around words, taken away; its lists, which it writes as paragraphs, made lists again. */
export function cleanPage(html: string): string {
  const page = new DOMParser().parseFromString(html.replace(FORBIDDEN, ""), "text/html");
  for (const comment of commentsIn(page)) comment.remove();
  for (const foreign of page.querySelectorAll(FOREIGN)) foreign.remove();
  for (const paragraph of [...page.querySelectorAll<HTMLElement>("p[class*=MsoListParagraph], p[style*=mso-list]")]) asItem(paragraph);
  for (const cell of page.querySelectorAll("td, th")) cell.append(" ");
  for (const element of page.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) if (name !== "href" && !(element.localName === "b" && name === "style")) element.removeAttribute(name);
  }
  return page.body.innerHTML;
}

function commentsIn(page: Document): Comment[] {
  const walker = page.createTreeWalker(page, NodeFilter.SHOW_COMMENT);
  const found: Comment[] = [];
  while (walker.nextNode()) found.push(walker.currentNode as Comment);
  return found;
}

/** Word writes an item as a paragraph with its sign in a span "mso-list:Ignore". */
function asItem(paragraph: HTMLElement): void {
  const sign = [...paragraph.querySelectorAll<HTMLElement>("span")].find((span) => /mso-list:\s*Ignore/i.test(span.getAttribute("style") ?? ""));
  const isNumbered = /\d|^[a-z][.)]/i.test(sign?.textContent?.trim() ?? "");
  sign?.remove();
  const tag = isNumbered ? "ol" : "ul";
  const before = paragraph.previousElementSibling;
  const list = before?.localName === tag ? before : paragraph.ownerDocument.createElement(tag);
  if (list !== before) paragraph.before(list);
  const item = paragraph.ownerDocument.createElement("li");
  item.append(...paragraph.childNodes);
  list.append(item);
  paragraph.remove();
}

/** A paste without what may not stand in a clause. */
export function cleanSlice(slice: Slice): Slice {
  return new Slice(cleaned(slice.content), slice.openStart, slice.openEnd);
}

function cleaned(content: Fragment): Fragment {
  const kept: Piece[] = [];
  content.forEach((node) => {
    if (!node.isText) return void kept.push(node.copy(cleaned(node.content)));
    const text = cleanText(node.text ?? "");
    if (text) kept.push(schema.text(text, node.marks));
  });
  return Fragment.fromArray(kept);
}
