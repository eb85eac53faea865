/**
 * Splits TypeScript source into code, strings and comments, so that the laws look at code only. It is a scanner and no
 * parser: it knows strings, templates, regular expressions and comments, nothing of grammar.
 */

export interface Comment {
  /** 1-based line on which it starts. */
  line: number;
  text: string;
}

export interface Scanned {
  /** The text with comments, and what stands inside strings and regular expressions, replaced by blanks. */
  code: string;
  /** The text with only comments blanked. Positions in all three texts are the same. */
  bare: string;
  comments: Comment[];
}

interface Cursor {
  text: string;
  at: number;
  code: string[];
  bare: string[];
  comments: Comment[];
  /** Open braces of each template expression we are inside of; the innermost is the last. */
  depths: number[];
}

export function scan(text: string): Scanned {
  const cursor: Cursor = { text, at: 0, code: text.split(""), bare: text.split(""), comments: [], depths: [] };
  if (text.startsWith("#!")) comment(cursor, endOfLine(text, 0));
  while (cursor.at < text.length) next(cursor);
  return { code: cursor.code.join(""), bare: cursor.bare.join(""), comments: cursor.comments };
}

/** 1-based line of a position. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < position; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** Position of the bracket that closes the one at `open`; the end of the text when there is none. */
export function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    const mark = code.charAt(at);
    if ("([{".includes(mark)) depth += 1;
    else if (")]}".includes(mark) && --depth === 0) return at;
  }
  return code.length;
}

function next(cursor: Cursor): void {
  const { text, at, depths } = cursor;
  const mark = text.charAt(at);
  if (text.startsWith("//", at)) return comment(cursor, endOfLine(text, at));
  if (text.startsWith("/*", at)) return comment(cursor, endOf(text, "*/", at + 2));
  if (mark === '"' || mark === "'") return quoted(cursor, mark);
  if (mark === "`") return template(cursor);
  if (mark === "/" && startsPattern(cursor)) return pattern(cursor);
  const last = depths.length - 1;
  if (mark === "{" && last >= 0) depths[last] = (depths[last] ?? 0) + 1;
  if (mark === "}" && last >= 0) {
    if (depths[last] === 0) {
      depths.pop();
      return template(cursor);
    }
    depths[last] = (depths[last] ?? 0) - 1;
  }
  cursor.at += 1;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end === -1 ? text.length : end + mark.length;
}

function blank(into: string[], from: number, to: number): void {
  for (let at = from; at < to; at += 1) if (into[at] !== "\n") into[at] = " ";
}

function comment(cursor: Cursor, end: number): void {
  cursor.comments.push({ line: lineAt(cursor.text, cursor.at), text: cursor.text.slice(cursor.at, end) });
  blank(cursor.code, cursor.at, end);
  blank(cursor.bare, cursor.at, end);
  cursor.at = end;
}

/** A string ends on its line; a quote that does not (an apostrophe in JSX) is no string. */
function quoted(cursor: Cursor, mark: string): void {
  const { text, at } = cursor;
  let end = at + 1;
  while (end < text.length && text[end] !== mark && text[end] !== "\n") end += text[end] === "\\" ? 2 : 1;
  if (text[end] !== mark) {
    cursor.at += 1;
    return;
  }
  blank(cursor.code, at + 1, end);
  cursor.at = end + 1;
}

/** From the opening backtick, or from the brace that ends an expression, to the next expression or the end. */
function template(cursor: Cursor): void {
  const { text, at } = cursor;
  let end = at + 1;
  while (end < text.length && text[end] !== "`" && !text.startsWith("${", end)) end += text[end] === "\\" ? 2 : 1;
  blank(cursor.code, at + 1, Math.min(end, text.length));
  if (text[end] === "$") {
    cursor.depths.push(0);
    end += 1;
  }
  cursor.at = end + 1;
}

/** A slash begins a regular expression where no value can have ended just before it. */
function startsPattern({ text, at, code }: Cursor): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(code[before] ?? "")) before -= 1;
  if (before < 0 || "(,=:[!&|?;{+*%~".includes(text.charAt(before))) return true;
  if (text.charAt(before) === ">") return text.charAt(before - 1) === "=";
  return /\b(?:return|typeof|case|in|of|await|yield)$/.test(text.slice(Math.max(0, before - 9), before + 1));
}

function pattern(cursor: Cursor): void {
  const { text, at } = cursor;
  let end = at + 1;
  let inClass = false;
  for (; end < text.length && text[end] !== "\n"; end += text[end] === "\\" ? 2 : 1) {
    if (text[end] === "[") inClass = true;
    else if (text[end] === "]") inClass = false;
    else if (text[end] === "/" && !inClass) break;
  }
  if (text[end] === "/") blank(cursor.code, at + 1, end);
  cursor.at = text[end] === "/" ? end + 1 : at + 1;
}
