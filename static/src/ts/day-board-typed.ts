type Field = HTMLInputElement | HTMLSelectElement;

/** What was typed into the forms of the board and not sent yet: {id of the field: its value}. */
export function typedIn(body: Element): Map<string, string> {
  const fields = [...body.querySelectorAll<Field>("input[id], select[id]")];
  return new Map(fields.filter(isTouched).map((field) => [field.id, field.value]));
}

/** Writes it into the forms of a body that was drawn anew, and opens them; whether all of it found its place. */
export function typeAgain(body: Element, typed: Map<string, string>): boolean {
  let isWhole = true;
  for (const [id, value] of typed) {
    const field = body.querySelector<Field>(`#${CSS.escape(id)}`);
    if (field) {
      field.value = value;
      field.closest("details")?.setAttribute("open", "");
    } else isWhole = false;
  }
  return isWhole;
}

function isTouched(field: Field): boolean {
  if (field instanceof HTMLInputElement) return field.value !== field.defaultValue;
  return [...field.options].some((option) => option.selected !== option.defaultSelected);
}
