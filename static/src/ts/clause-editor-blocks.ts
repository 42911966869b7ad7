import * as Y from "yjs";

/** A clause in the shared text; the server alone writes everything but heading and body. */
export type Block = Y.Map<unknown>;

export interface Facts {
  key: string;
  kind: string;
  section: string;
  parent: string;
  order: number;
  deleted: boolean;
  mergedInto: string;
  language: string;
}

export function blocksOf(doc: Y.Doc): Y.Map<Block> {
  return doc.getMap<Block>("blocks");
}

export function factsOf(key: string, block: Block): Facts {
  return {
    key,
    kind: String(block.get("kind") ?? ""),
    section: String(block.get("section") ?? ""),
    parent: String(block.get("parent") ?? ""),
    order: Number(block.get("order") ?? 0),
    deleted: block.get("deleted") === true,
    mergedInto: String(block.get("merged_into") ?? ""),
    language: String(block.get("language") ?? ""),
  };
}

export function bodyOf(block: Block | undefined): Y.XmlFragment | null {
  const body = block?.get("body");
  return body instanceof Y.XmlFragment ? body : null;
}

export function headingOf(block: Block | undefined): Y.Text | null {
  const heading = block?.get("heading");
  return heading instanceof Y.Text ? heading : null;
}

/** The text of a clause as the server counts it: a line a paragraph or item. */
export function textOf(block: Block | undefined): string {
  const lines: string[] = [];
  collect(bodyOf(block), lines);
  return lines.join("\n");
}

function collect(node: Y.XmlFragment | null, lines: string[]): void {
  for (const child of node?.toArray() ?? []) {
    if (child instanceof Y.XmlText) lines.push(plain(child));
    else if (child instanceof Y.XmlElement && child.nodeName === "paragraph") {
      lines.push(child.toArray().map((text) => (text instanceof Y.XmlText ? plain(text) : "")).join(""));
    } else if (child instanceof Y.XmlElement) collect(child, lines);
  }
}

function plain(text: Y.XmlText): string {
  return (text.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}

/** Sorted by place, then by identity: never by both put together. */
export function inOrder(one: Facts, other: Facts): number {
  return one.order - other.order || (one.key < other.key ? -1 : one.key > other.key ? 1 : 0);
}

/**
 * Gives a new empty paragraph its text at once: if two people each began one in it, y-prosemirror would join the two and
 * have the first words of both twice.
 */
export function giveTexts(events: Y.YEvent<Y.AbstractType<unknown>>[], doc: Y.Doc): void {
  const empty: Y.XmlElement[] = [];
  for (const event of events) {
    for (const item of event.changes.added) {
      if (item.content instanceof Y.ContentType && item.content.type instanceof Y.XmlElement) findEmpty(item.content.type, empty);
    }
  }
  if (empty.length) doc.transact(() => empty.forEach((paragraph) => paragraph.insert(0, [new Y.XmlText()])));
}

function findEmpty(element: Y.XmlElement, found: Y.XmlElement[]): void {
  if (element.nodeName === "paragraph" && element.length === 0) found.push(element);
  for (const child of element.toArray()) if (child instanceof Y.XmlElement) findEmpty(child, found);
}

/** The clauses in which something was written that a state vector does not know; for each, which of its words stand. */
export function writtenBeyond(doc: Y.Doc, vector: ReadonlyMap<number, number>): Map<string, Y.ID[]> {
  const found = new Map<string, Y.ID[]>();
  const blocks = blocksOf(doc);
  for (const [client, structs] of doc.store.clients) {
    const known = vector.get(client) ?? 0;
    for (let place = structs.length - 1; place >= 0; place -= 1) {
      const struct = structs[place];
      if (!struct || struct.id.clock + struct.length <= known) break;
      const key = struct instanceof Y.Item ? clauseOf(struct, blocks) : "";
      if (!key) continue;
      const words = found.get(key) ?? [];
      found.set(key, words);
      const isText = struct instanceof Y.Item && struct.content instanceof Y.ContentString && !struct.deleted;
      if (isText) words.push(Y.createID(client, Math.max(known, struct.id.clock)));
    }
  }
  return found;
}

/** Whether a word is deleted, or what it stood in. */
export function isDeleted(doc: Y.Doc, word: Y.ID): boolean {
  return Y.getItem(doc.store, word).deleted;
}

function clauseOf(item: Y.Item, blocks: Y.Map<Block>): string {
  let at: Y.Item | null = item;
  while (at) {
    const parent: unknown = at.parent;
    if (parent === blocks) return at.parentSub ?? "";
    at = parent instanceof Y.AbstractType ? parent._item : null;
  }
  return "";
}
