import type { Words } from "./clause-editor-words";

const WORDS_AT_MOST = 60;
const LONGEST = 4000;
const LONGEST_HEADING = 120;
const SENTENCE_ENDS = /[.!?…]+[”"’')\]]*(?:\s+|$)/g;

/** What a writer might look at again: the house rules, as the server has them (outcome/house_rules.py). */
export function hintsFor(kind: string, text: string, heading: string, words: Words): string[] {
  const found: string[] = [];
  const said = text.trim();
  if (said.length > LONGEST) found.push(words.say("too-long", LONGEST, said.length));
  if (heading.trim().length > LONGEST_HEADING) found.push(words.say("heading-too-long", LONGEST_HEADING, heading.trim().length));
  if (kind !== "encouragement" || !said) return found;
  const count = said.split(/\s+/).length;
  if (!said.toLowerCase().startsWith("to ")) found.push(words.say("hint-to"));
  if ((said.match(SENTENCE_ENDS) ?? []).length > 1) found.push(words.say("hint-sentence"));
  if (count >= WORDS_AT_MOST) found.push(words.say("hint-words", WORDS_AT_MOST, count));
  if (!heading.trim()) found.push(words.say("hint-heading"));
  return found;
}
