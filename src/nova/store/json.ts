/** JSON in text columns. */
export function parsed<T>(text: string): T {
  return JSON.parse(text) as T; // written by this store only
}

/** Null stays null. */
export function parsedOrNull<T>(text: string | null): T | null {
  return text === null ? null : parsed<T>(text);
}

/** PostgreSQL gives bigints as texts. */
export function time(value: number): number;
export function time(value: number | null): number | null;
export function time(value: number | null): number | null {
  return value === null ? null : Number(value);
}
