/** Finds functions by their braces: enough to measure formatted code, no parser. */
import { closing, lineAt } from "../laws/scan.ts";
import type { SourceFile } from "../laws/tree.ts";

export interface FunctionSize {
  /** 1-based line of its head. */
  line: number;
  lines: number;
}

/** Functions with a body in braces, closures among them, in the order of their bodies. */
export function functionsOf({ code }: Pick<SourceFile, "code">): FunctionSize[] {
  const found: FunctionSize[] = [];
  for (let open = code.indexOf("{"); open !== -1; open = code.indexOf("{", open + 1)) {
    const head = headOf(code, open);
    if (head === undefined) continue;
    const line = lineAt(code, head);
    found.push({ line, lines: lineAt(code, closing(code, open)) - line + 1 });
  }
  return found;
}

/** Where the function begins whose body opens here; undefined when the brace opens something else. */
function headOf(code: string, open: number): number | undefined {
  const before = code.slice(Math.max(0, open - 2000), open).trimEnd();
  const start = Math.max(0, open - 2000);
  const body = before.endsWith("=>") ? before.slice(0, -2).trimEnd() : before;
  const arrow = body !== before;
  if (arrow && /[\w$]$/.test(body) && !/:\s*[\w$.]+$/.test(body)) return start + body.search(/[\w$]+$/);
  const close = endOfParameters(body);
  if (close === undefined) return undefined;
  const parameters = opening(body, close);
  const name = /[\w$]+\s*(?:<[^()]*>)?\s*$/.exec(body.slice(0, parameters));
  if (!arrow && (!name || /^(?:if|for|while|switch|catch|with|await)\b/.test(name[0]))) return undefined;
  return start + (name?.index ?? parameters);
}

/** The parenthesis that closes the parameters: last of all, or before a return type. */
function endOfParameters(body: string): number | undefined {
  if (body.endsWith(")")) return body.length - 1;
  const typed = /\)\s*:\s*(?:[\w$.\s|&?[\]"'<>,()*=]|\{[^{}]*\})+$/.exec(body);
  // Behind an open bracket or a colon the brace belongs to the type itself.
  const type = (typed?.[0] ?? ":").trimEnd().replaceAll("=>", "");
  const whole = type.split("<").length === type.split(">").length && !/[:|&,<=(]$|\}\s*\w/.test(type);
  return whole ? typed?.index : undefined;
}

/** Position of the parenthesis that opens the group closed at `close`. */
function opening(text: string, close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    if (text[at] === ")") depth += 1;
    if (text[at] === "(" && --depth === 0) return at;
  }
  return 0;
}
