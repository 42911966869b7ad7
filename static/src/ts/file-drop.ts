/** A file that is dropped anywhere on the page lands in the form's file field: <file-drop>, around the form. */
export class FileDrop extends HTMLElement {
  private readonly ending = new AbortController();

  connectedCallback(): void {
    const { signal } = this.ending;
    document.addEventListener("dragover", (event) => this.over(event), { signal });
    document.addEventListener("dragleave", (event) => event.relatedTarget || this.classList.remove("is-over"), { signal });
    document.addEventListener("drop", (event) => this.take(event), { signal });
  }

  disconnectedCallback(): void {
    this.ending.abort();
  }

  /** Without this the browser would leave the page and show the file. Words that are dragged go where they may. */
  private over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.classList.add("is-over");
  }

  private take(event: DragEvent): void {
    this.classList.remove("is-over");
    const file = event.dataTransfer?.files[0];
    const field = this.querySelector<HTMLInputElement>("input[type=file]");
    if (!file || !field) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(file);
    field.files = one.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    this.querySelector<HTMLButtonElement>("button[type=submit]")?.focus();
  }
}

customElements.define("file-drop", FileDrop);
