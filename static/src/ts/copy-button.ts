/**
 * Copies a text: <copy-button text="…" done="Copied"><button type="button" class="btn">Copy link</button></copy-button>.
 *
 * Instead of `text`, `from` may name an element by its id: its value or its words are copied. Afterwards the
 * button says `done` for a moment, also to screen readers. Where a browser lets nothing be copied (a page without
 * https, a permission that was refused), the words are marked instead.
 */
export class CopyButton extends HTMLElement {
  private readonly voice = document.createElement("span");

  connectedCallback(): void {
    this.voice.className = "visually-hidden";
    this.voice.setAttribute("role", "status");
    this.append(this.voice);
    this.querySelector("button")?.addEventListener("click", () => void this.copy());
  }

  private async copy(): Promise<void> {
    if (!(await isCopied(this.text()))) return this.mark();
    const button = this.querySelector("button");
    const done = this.getAttribute("done");
    if (!button || !done || button.textContent === done) return;
    const label = button.textContent;
    button.textContent = done;
    this.voice.textContent = done;
    window.setTimeout(() => {
      button.textContent = label;
      this.voice.textContent = "";
    }, 2000);
  }

  /** Marks the words, so that they can be copied by hand. */
  private mark(): void {
    const source = document.getElementById(this.getAttribute("from") ?? "");
    if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) source.select();
    else if (source) getSelection()?.selectAllChildren(source);
  }

  private text(): string {
    const source = document.getElementById(this.getAttribute("from") ?? "");
    if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) return source.value;
    return this.getAttribute("text") ?? source?.textContent?.trim() ?? "";
  }
}

async function isCopied(text: string): Promise<boolean> {
  // Not there on pages without https, whatever the types say.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  try {
    await clipboard?.writeText(text);
    return clipboard !== undefined;
  } catch (error) {
    if (error instanceof DOMException) return false; // not permitted
    throw error;
  }
}

customElements.define("copy-button", CopyButton);
