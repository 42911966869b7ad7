import type { Command } from "prosemirror-state";
import * as Y from "yjs";
import { type Block, bodyOf, type Facts, headingOf, textOf } from "./clause-editor-blocks";
import { Body } from "./clause-editor-body";
import { hintsFor } from "./clause-editor-hints";
import type { People } from "./clause-editor-people";
import { lineOf, type Notice } from "./clause-editor-notices";
import { button, make, type Words } from "./clause-editor-words";

export type Order = "begin" | "remark" | "drop-remark" | "split" | "merge" | "up" | "down" | "section-up" | "section-down" | "remove" | "language";

/** What a clause asks of the page around it. */
export interface Page {
  readonly words: Words;
  readonly people: People;
  readonly languages: [string, string][];
  readonly beginnings: string[];
  order(clause: Clause, order: Order, value?: string): void;
  focused(body: Body): void;
}

/** One clause on the writing page: number, short title, text, remark, hints, and what can be done with it. */
export class Clause {
  readonly element: HTMLElement;
  readonly body: Body;
  facts: Facts;
  private keptText = "";
  private remark: { key: string; body: Body; place: HTMLElement } | null = null;
  private readonly number = make("span", { class: "clause-no" });
  private readonly heading: HTMLInputElement | null = null;
  private readonly headingText: Y.Text | null;
  private readonly hints = make("div", { class: "live-hints" });
  private readonly notice = make("div", {});
  private noticed = "";
  private readonly remarkPlace = make("div", { class: "live-remark" });
  private readonly tools = make("div", { class: "live-tools", role: "group" });
  private readonly language: HTMLSelectElement;

  constructor(
    facts: Facts,
    readonly block: Block,
    private readonly page: Page,
    private writable: boolean,
  ) {
    this.facts = facts;
    const words = page.words;
    this.element = make("article", { class: "live-clause", "data-clause": facts.key, id: `clause-${facts.key}` });
    const main = make("div", { class: "live-main" });
    this.headingText = facts.kind === "encouragement" ? headingOf(block) : null;
    if (this.headingText) {
      this.heading = make("input", { class: "form-control live-heading", maxlength: "120", dir: "auto", placeholder: words.say("short-title"), "aria-label": words.say("short-title") });
      this.followHeading();
      main.append(this.heading);
    }
    const place = make("div", { class: "live-body serif" });
    main.append(place, this.notice, this.hints, this.remarkPlace);
    this.body = new Body(place, bodyOf(block) as Y.XmlFragment, page.people, this.keys(), words, writable, "", facts.language);
    place.addEventListener("focusin", () => page.focused(this.body));
    this.language = make("select", { class: "form-select form-select-sm", "aria-label": words.say("language") });
    for (const [code, name] of [["", words.say("no-language")] as [string, string], ...page.languages]) {
      this.language.append(make("option", { value: code }, name));
    }
    this.language.addEventListener("change", () => page.order(this, "language", this.language.value));
    this.fillTools();
    this.element.append(this.number, main, this.tools);
    block.observeDeep(this.whenChanged);
    this.allow(writable, true);
  }

  /** Whether the cursor is in it. */
  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  get text(): string {
    return textOf(this.block);
  }

  /** What it says, or said last: the words of a clause that was merged are taken away from it. */
  get lastText(): string {
    return this.text || this.keptText;
  }

  /** Keeps what it says, before something comes in that may take it away. */
  keepText(): void {
    this.keptText = this.text;
  }

  show(facts: Facts, number: string, remark: { facts: Facts; block: Block } | null): void {
    this.facts = facts;
    this.number.replaceChildren(...(number ? [make("span", { class: "visually-hidden" }, `${this.page.words.say("encouragement")} `), number] : []));
    const label = number ? this.page.words.say("text-of", number) : this.page.words.say("paragraph");
    this.body.label(label, facts.language);
    this.tools.setAttribute("aria-label", this.page.words.say("do-with", number || this.page.words.say("paragraph")));
    if (this.language.value !== facts.language) this.language.value = facts.language;
    this.showRemark(remark, number);
    this.whenChanged();
  }

  /** What is proposed to it; `label` names the clause to who does not see where the line stands. */
  tellNotice(notice: Notice | null, label: string): void {
    const said = JSON.stringify([notice, label]);
    if (said === this.noticed) return;
    this.noticed = said;
    this.notice.replaceChildren(...lineOf(notice, label));
  }

  allow(writable: boolean, connected: boolean): void {
    this.writable = writable;
    this.body.allow(writable);
    this.remark?.body.allow(writable);
    if (this.heading) this.heading.readOnly = !writable;
    for (const control of this.element.querySelectorAll<HTMLButtonElement | HTMLSelectElement>("button, select")) {
      control.disabled = !writable || !connected;
    }
    this.tools.hidden = !writable;
  }

  destroy(): void {
    this.block.unobserveDeep(this.whenChanged);
    this.headingText?.unobserve(this.takeHeading);
    this.remark?.body.destroy();
    this.body.destroy();
    this.element.remove();
  }

  private showRemark(remark: { facts: Facts; block: Block } | null, number: string): void {
    if (this.remark && this.remark.key !== remark?.facts.key) {
      this.remark.body.destroy();
      this.remark = null;
      this.remarkPlace.replaceChildren();
    }
    const words = this.page.words;
    if (remark && !this.remark) {
      const place = make("div", { class: "live-body serif muted" });
      const body = new Body(place, bodyOf(remark.block) as Y.XmlFragment, this.page.people, this.keys(), words, this.writable, "", "");
      place.addEventListener("focusin", () => this.page.focused(body));
      this.remark = { key: remark.facts.key, body, place };
      const drop = button(words.say("drop-remark"), () => this.page.order(this, "drop-remark"), number);
      this.remarkPlace.replaceChildren(make("p", { class: "remark-word" }, words.say("remark")), place, drop);
    } else if (!remark && this.facts.kind === "encouragement" && !this.remarkPlace.childElementCount) {
      this.remarkPlace.append(button(words.say("add-remark"), () => this.page.order(this, "remark"), number));
    }
    this.remark?.body.label(words.say("remark-of", number), remark?.facts.language ?? "");
  }

  private keys(): Record<string, Command> {
    const asks = (order: Order): Command => () => {
      this.page.order(this, order);
      return true;
    };
    return {
      "Mod-Enter": asks("begin"),
      "Mod-Shift-Enter": asks("split"),
      "Mod-Shift-Backspace": asks("merge"),
      "Alt-ArrowUp": asks("up"),
      "Alt-ArrowDown": asks("down"),
      "Alt-Shift-ArrowUp": asks("section-up"),
      "Alt-Shift-ArrowDown": asks("section-down"),
    };
  }

  private fillTools(): void {
    const words = this.page.words;
    const labels: [Order, string][] = [
      ["begin", "begin-after"],
      ["up", "move-up"],
      ["down", "move-down"],
      ["section-up", "section-before"],
      ["section-down", "section-after"],
      ["split", "split"],
      ["merge", "merge"],
      ["remove", "remove"],
    ];
    const offered = this.facts.kind === "preamble" ? labels.filter(([order]) => !order.startsWith("section")) : labels;
    const buttons = offered.map(([order, label]) => button(words.say(label), () => this.page.order(this, order)));
    const more = make("details", { class: "more" }, make("summary", {}, words.say("more")), make("div", { class: "live-buttons" }, ...buttons, this.language));
    this.tools.append(more);
  }

  // --- The short title: a line of text, bound by what changed in it ------------------------------------------------------

  private followHeading(): void {
    const text = this.headingText as Y.Text;
    const input = this.heading as HTMLInputElement;
    input.value = text.toString();
    text.observe(this.takeHeading);
    input.addEventListener("input", () => {
      const [had, said] = [text.toString(), input.value];
      let start = 0;
      while (start < had.length && start < said.length && had[start] === said[start]) start += 1;
      let end = 0;
      while (end < had.length - start && end < said.length - start && had[had.length - 1 - end] === said[said.length - 1 - end]) end += 1;
      text.doc?.transact(() => {
        if (had.length - end > start) text.delete(start, had.length - end - start);
        if (said.length - end > start) text.insert(start, said.slice(start, said.length - end));
      }, this);
    });
  }

  private readonly takeHeading = (event: Y.YTextEvent): void => {
    if (event.transaction.origin === this || !this.heading || !this.headingText) return;
    const input = this.heading;
    const [from, to] = [input.selectionStart ?? 0, input.selectionEnd ?? 0];
    const shift = (place: number): number => {
      let [old, now] = [0, place];
      for (const part of event.delta) {
        if (part.retain) old += part.retain;
        else if (typeof part.insert === "string" && old < place) now += part.insert.length;
        else if (part.delete && old < place) {
          now -= Math.min(part.delete, place - old);
          old += part.delete;
        }
      }
      return now;
    };
    input.value = this.headingText.toString();
    if (document.activeElement === input) input.setSelectionRange(shift(from), shift(to));
  };

  private readonly whenChanged = (): void => {
    const found = hintsFor(this.facts.kind, this.text, this.headingText?.toString() ?? "", this.page.beginnings, this.page.words);
    const had = [...this.hints.children].map((child) => child.textContent);
    if (had.join("\n") !== found.join("\n")) this.hints.replaceChildren(...found.map((hint) => make("p", { class: "hint" }, hint)));
  };
}
