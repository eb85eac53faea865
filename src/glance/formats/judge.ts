/** Whether content may be taken under the name its owner gave it. Pure; the API turns the refusal into its own fault. */
import type { FoundFormat, UnsafeCode } from "./finding.ts";
import type { Inspection } from "./inspect.ts";

/** Disk formats that may be declared, as Glance names them. */
export type DeclaredFormat =
  | "ami"
  | "ari"
  | "aki"
  | "vhd"
  | "vhdx"
  | "vmdk"
  | "raw"
  | "qcow2"
  | "vdi"
  | "ploop"
  | "iso";

export interface Refusal {
  ok: false;
  /** Stable: `format_mismatch`, `format_unsupported`, or the first reason of the inspection. */
  code: "format_mismatch" | "format_unsupported" | UnsafeCode;
  /** For the user; holds no bytes of the image. */
  sentence: string;
}

export type Verdict = { ok: true } | Refusal;

export interface JudgeOptions {
  /**
   * `match` (default) wants the content to be what was declared. `safe` also lets content pass in which no format was
   * recognised, whatever was declared: OpenStack Zed takes it, and no reader that is told the format can open it.
   */
  rule?: "match" | "safe";
}

/** Encrypted volumes are uploaded as raw: served byte by byte, never opened by the host under a guessed format. */
const accepts: Record<DeclaredFormat, readonly FoundFormat[]> = {
  raw: ["raw", "luks"],
  ami: ["raw"],
  ari: ["raw"],
  aki: ["raw"],
  qcow2: ["qcow2"],
  vmdk: ["vmdk"],
  vhd: ["vhd"],
  vhdx: ["vhdx"],
  vdi: ["vdi"],
  iso: ["iso"],
  ploop: [],
};

export function judge(declared: DeclaredFormat, inspection: Inspection, options: JudgeOptions = {}): Verdict {
  const [reason] = inspection.unsafe;
  const matches = accepts[declared].includes(inspection.format);
  const unrecognised = inspection.format === "raw" && options.rule === "safe";
  if (matches && reason) return { ok: false, code: reason.code, sentence: reason.sentence };
  if (matches || unrecognised) return { ok: true };
  // A second format beside the declared one is the better answer than "it is something else".
  const ambiguous = inspection.unsafe.find((each) => each.code === "ambiguous_content");
  if (ambiguous) return { ok: false, code: ambiguous.code, sentence: ambiguous.sentence };
  if (declared === "ploop") {
    return {
      ok: false,
      code: "format_unsupported",
      sentence: "Images in the format ploop cannot be checked and are not accepted.",
    };
  }
  const content = inspection.format === "raw" ? "of no format known here" : inspection.format;
  const sentence = `The image was declared as ${declared}, but its content is ${content}.`;
  return { ok: false, code: "format_mismatch", sentence };
}
