import type { Words } from "./clause-editor-words";

const WORDS_AT_MOST = 60;
const LONGEST = 4000;
const LONGEST_HEADING = 120;
const SENTENCE_ENDS = /[.!?…]+[”"’')\]]*(?:\s+|$)/g;

/** Whether the text begins with one of these words, whole; in a script without capitals the next word may follow at once. */
function beginsWith(text: string, beginnings: string[]): boolean {
  const said = text.toLowerCase();
  return beginnings.some((words) => {
    const rest = said.slice(words.length);
    const last = words.slice(-1);
    const hasCase = last.toLowerCase() !== last.toUpperCase();
    return said.startsWith(words.toLowerCase()) && rest !== "" && !(hasCase && /^[\p{L}\p{N}]/u.test(rest));
  });
}

/** What a writer might look at again: the house rules, as the server has them (outcome/house_rules.py). */
export function hintsFor(kind: string, text: string, heading: string, beginnings: string[], words: Words): string[] {
  const found: string[] = [];
  const said = text.trim();
  if (said.length > LONGEST) found.push(words.say("too-long", LONGEST, said.length));
  if (heading.trim().length > LONGEST_HEADING) found.push(words.say("heading-too-long", LONGEST_HEADING, heading.trim().length));
  if (kind !== "encouragement" || !said) return found;
  const count = said.split(/\s+/).length;
  if (beginnings.length && !beginsWith(said, beginnings)) {
    found.push(words.say("hint-beginning", beginnings.map((one) => `“${one}”`).join(" / ")));
  }
  if ((said.match(SENTENCE_ENDS) ?? []).length > 1) found.push(words.say("hint-sentence"));
  if (count >= WORDS_AT_MOST) found.push(words.say("hint-words", WORDS_AT_MOST, count));
  if (!heading.trim()) found.push(words.say("hint-heading"));
  return found;
}
