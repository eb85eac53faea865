/**
 * Nova's filters by name and address are regular expressions that users send. One that could take long to match (a
 * repeated group, a back reference, more than two repetitions) is taken as plain text instead: it finds what contains it.
 */
export function matcherOf(text: string): (value: string) => boolean {
  const repetitions = text.match(/[*+{]/g)?.length ?? 0;
  const risky = repetitions > 2 || text.length > 255 || /\)[*+?{]|\\[1-9k]/.test(text);
  if (!risky && /[\\^$.|?*+()[\]{}]/.test(text)) {
    try {
      const pattern = new RegExp(text, "i");
      return (value) => pattern.test(value);
    } catch {
      // Not a pattern: plain text below.
    }
  }
  const plain = text.toLowerCase();
  return (value) => value.toLowerCase().includes(plain);
}
