/** The page's sentences, handed over by the server; "%s" stands for what is filled in. */
export class Words {
  constructor(private readonly sentences: Record<string, string>) {}

  say(key: string, ...values: (string | number)[]): string {
    let sentence = this.sentences[key] ?? key;
    for (const value of values) sentence = sentence.replace("%s", () => String(value));
    return sentence;
  }
}

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function button(label: string, act: () => void, name = ""): HTMLButtonElement {
  const made = make("button", { type: "button", class: "btn btn-quiet btn-sm" }, label);
  if (name) made.append(make("span", { class: "visually-hidden" }, ` ${name}`));
  // The editor keeps its focus and its selection while a button is pressed.
  made.addEventListener("mousedown", (event) => event.preventDefault());
  made.addEventListener("click", act);
  return made;
}
