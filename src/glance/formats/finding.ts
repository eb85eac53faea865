/** The words in which detectors speak: formats found, reasons for refusal, and one finding per detector. */
import type { Window } from "./window.ts";

/**
 * Formats told apart by content. `raw` is what nothing else claims. `gpt` and `mbr` discs are `raw` with a partition
 * table. The last group is known only so that it can be refused by name.
 */
export type FoundFormat =
  | "raw"
  | "qcow2"
  | "vmdk"
  | "vhd"
  | "vhdx"
  | "vdi"
  | "iso"
  | "luks"
  | "qcow"
  | "qed"
  | "parallels"
  | "dmg"
  | "bochs"
  | "cloop";

/** Stable codes: tests, the API's fault table and translations hang on them. */
export type UnsafeCode =
  | "header_invalid"
  | "size_absurd"
  | "ambiguous_content"
  | "qcow2_backing_file"
  | "qcow2_data_file"
  | "qcow2_unknown_features"
  | "qcow2_corrupt"
  | "vmdk_names_extent"
  | "vmdk_create_type"
  | "vmdk_descriptor_invalid"
  | "vmdk_parent"
  | "vmdk_footer_differs"
  | "vhd_parent"
  | "vhdx_parent"
  | "vhdx_metadata_missing"
  | "vdi_parent"
  | "gpt_ambiguous";

export interface Unsafe {
  code: UnsafeCode;
  /** One sentence for the user; holds no bytes of the image. */
  sentence: string;
}

export interface Finding {
  format: FoundFormat;
  /** Size of the disc a guest would see; undefined when the header does not tell (then it is unsafe as well). */
  virtual_size_bytes: number | undefined;
  unsafe: Unsafe[];
}

/** Says whether the window holds this format. Never throws: short buffers read as zero. */
export type Detector = (window: Window) => Finding | undefined;

/** Shorthand for one reason. */
export function unsafe(code: UnsafeCode, sentence: string): Unsafe {
  return { code, sentence };
}
