/**
 * Microversions (`2.79`) as values: compared by number, never as text. Law 3: a version stands on a field or on an
 * operation, never in a handler.
 */
export interface Microversion {
  major: number;
  minor: number;
}

const shape = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,3})$/;

/** Parses `2.79`; undefined when the text is not a version. */
export function parseVersion(text: string): Microversion | undefined {
  const match = shape.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** Parses a version written in our own tables. */
export function version(text: string): Microversion {
  const parsed = parseVersion(text);
  if (!parsed) throw new Error(`'${text}' is not a microversion`);
  return parsed;
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: Microversion, b: Microversion): number {
  return a.major - b.major || a.minor - b.minor;
}

export interface VersionRange {
  /** First version that has it; all versions when left out. */
  since?: string;
  /** Last version that has it. */
  until?: string;
}

/** True when `at` lies in the range; a service without microversions (`at` undefined) has everything without `until`. */
export function inRange(range: VersionRange, at: Microversion | undefined): boolean {
  if (!at) return range.until === undefined;
  if (range.since && compareVersions(at, version(range.since)) < 0) return false;
  return !(range.until && compareVersions(at, version(range.until)) > 0);
}

/** The range of versions that a service answers, its headers, and how it names itself in them. */
export interface MicroversionSupport {
  /** `compute`, `volume` or `placement`: the word in `OpenStack-API-Version`. */
  service: string;
  min: string;
  max: string;
  /** The older header of the same meaning, when the service has one. */
  legacyHeader?: string;
}
