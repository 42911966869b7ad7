import { baseKeymap, toggleMark } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { liftListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, EditorState, Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { redo, undo, yCursorPlugin, ySyncPlugin, ySyncPluginKey, yUndoPlugin } from "y-prosemirror";
import type * as Y from "yjs";
import type { People } from "./clause-editor-people";
import { addressOf, cleanPage, cleanSlice, cleanText, schema } from "./clause-editor-schema";
import type { Words } from "./clause-editor-words";

const item = schema.nodes["list_item"];

/** One small editor over the body of one clause. */
export class Body {
  readonly view: EditorView;

  constructor(
    readonly place: HTMLElement,
    body: Y.XmlFragment,
    people: People,
    keys: Record<string, Command>,
    private readonly words: Words,
    private writable: boolean,
    label: string,
    language: string,
  ) {
    const state = EditorState.create({
      schema,
      plugins: [
        ySyncPlugin(body),
        yCursorPlugin(people.awareness, { cursorBuilder: people.cursor, selectionBuilder: people.selection }),
        yUndoPlugin(),
        keymap(keys),
        keymap({
          "Mod-z": undo,
          "Mod-y": redo,
          "Mod-Shift-z": redo,
          "Mod-b": toggleMark(mark("strong")),
          "Mod-i": toggleMark(mark("em")),
          "Mod-k": this.link,
          "Mod-Shift-8": toggleList("bullet_list"),
          "Mod-Shift-7": toggleList("ordered_list"),
          Enter: (s, d) => (item ? splitListItem(item)(s, d) : false),
          Backspace: leaveListAtStart,
        }),
        keymap(baseKeymap),
        withoutForbidden(),
      ],
    });
    this.view = new EditorView(place, {
      state,
      // What draws the cursors does so a moment later, when the clause may be gone.
      dispatchTransaction(this: EditorView, transaction) {
        if (!this.isDestroyed) this.updateState(this.state.apply(transaction));
      },
      editable: () => this.writable,
      attributes: this.attributes(label, language),
      transformPastedHTML: cleanPage,
      transformPastedText: cleanText,
      transformPasted: cleanSlice,
      handleDOMEvents: {
        drop: () => false,
        keydown: () => {
          this.followCursor();
          return false;
        },
      },
    });
  }

  label(label: string, language: string): void {
    this.view.setProps({ attributes: this.attributes(label, language) });
  }

  allow(writable: boolean): void {
    if (writable === this.writable) return;
    this.writable = writable;
    this.view.setProps({});
    this.view.dom.setAttribute("aria-readonly", String(!writable));
  }

  run(command: Command): void {
    command(this.view.state, this.view.dispatch, this.view);
    this.view.focus();
  }

  /**
   * Takes the cursor from where it stands on the page. A busy browser tells some keys later where they moved it to: until
   * then a command would act where it was, and whatever draws the text anew would put it back there.
   */
  followCursor(): void {
    if (this.view.hasFocus() && !this.view.composing) this.view.dom.ownerDocument.dispatchEvent(new Event("selectionchange"));
  }

  /** Where the cursor stands in the text as the server counts it, in characters. */
  get at(): number {
    const { $head } = this.view.state.selection;
    const before = this.view.state.doc.textBetween(0, $head.pos, "\n");
    return [...before].length;
  }

  replace(json: unknown): void {
    const content = schema.nodeFromJSON(json).content;
    this.view.dispatch(this.view.state.tr.replaceWith(0, this.view.state.doc.content.size, content));
  }

  /** Puts words at the end, a paragraph a line. */
  append(text: string): void {
    const paragraphs = text.split("\n").map((line) => schema.node("paragraph", null, line ? [schema.text(line)] : []));
    this.view.dispatch(this.view.state.tr.insert(this.view.state.doc.content.size, paragraphs));
  }

  destroy(): void {
    this.view.destroy();
  }

  readonly link: Command = (state, dispatch) => {
    const type = mark("link");
    if (state.selection.empty) return false;
    if (state.doc.rangeHasMark(state.selection.from, state.selection.to, type)) return toggleMark(type)(state, dispatch);
    if (!dispatch) return true;
    const address = addressOf(window.prompt(this.words.say("link-to")));
    return address ? toggleMark(type, address)(state, dispatch) : true;
  };

  private attributes(label: string, language: string): Record<string, string> {
    const said: Record<string, string> = {
      role: "textbox",
      "aria-multiline": "true",
      "aria-label": label,
      "aria-readonly": String(!this.writable),
      dir: "auto",
      spellcheck: "true",
    };
    if (language) said["lang"] = language;
    return said;
  }
}

export function mark(name: string): NonNullable<(typeof schema.marks)[string]> {
  return schema.marks[name] as NonNullable<(typeof schema.marks)[string]>;
}

export function toggleList(name: string): Command {
  const type = schema.nodes[name];
  return (state, dispatch, view) => {
    if (!type || !item) return false;
    const { $from } = state.selection;
    const isInside = $from.depth > 1 && $from.node($from.depth - 1).type === item;
    return isInside ? liftListItem(item)(state, dispatch, view) : wrapInList(type)(state, dispatch, view);
  };
}

const leaveListAtStart: Command = (state, dispatch, view) => {
  const { $from, empty } = state.selection;
  if (!item || !empty || $from.parentOffset > 0 || $from.depth < 2 || $from.node($from.depth - 1).type !== item) return false;
  return liftListItem(item)(state, dispatch, view);
};

/** However a control character got in, it goes again before anything is sent. */
function withoutForbidden(): Plugin {
  return new Plugin({
    appendTransaction(transactions, _old, state) {
      if (!transactions.some((transaction) => transaction.docChanged && !transaction.getMeta(ySyncPluginKey))) return null;
      const change = state.tr;
      state.doc.descendants((node, position) => {
        const text = node.text ?? "";
        for (let place = text.length - 1; place >= 0; place -= 1) {
          if (cleanText(text.charAt(place)) === "") change.delete(position + place, position + place + 1);
        }
      });
      return change.docChanged ? change : null;
    },
  });
}
