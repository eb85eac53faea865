/** Formats told by one look at the head: VDI, LUKS, ISO 9660, and those known only so that they can be refused by name. */
import { anySet, sizeOf, textAt, u16be, u16le, u32le, u64le } from "./bytes.ts";
import { unsafe, type Detector, type FoundFormat } from "./finding.ts";

const vdiSignature = 0xbeda_107f;
const vdiDynamic = 1;
const vdiStatic = 2;
const isoVolumeDescriptors = 32_768;
const isoSector_bytes = 2048;

/** VirtualBox: types above 2 (undo, differencing) and set link or parent identifiers mean another file. */
export const detectVdi: Detector = ({ head }) => {
  if (u32le(head, 64) !== vdiSignature) return undefined;
  const virtual_size_bytes = sizeOf(u64le(head, 368));
  const type = u32le(head, 76);
  if (u16le(head, 70) !== 1 || head.length < 512) {
    return {
      format: "vdi",
      virtual_size_bytes,
      unsafe: [unsafe("header_invalid", "The VDI header is damaged or of an unknown version.")],
    };
  }
  const alone = (type === vdiDynamic || type === vdiStatic) && !anySet(head, 424, 32);
  const found = alone ? [] : [unsafe("vdi_parent", "The VDI is a differencing disc and refers to a parent.")];
  return { format: "vdi", virtual_size_bytes, unsafe: found };
};

/** Encrypted raw disc. Served and attached as it is, so its size is the size of the file. */
export const detectLuks: Detector = ({ head, size_bytes }) => {
  if (!textAt(head, 0, "LUKS\xba\xbe")) return undefined;
  const version = u16be(head, 6);
  const found =
    version === 1 || version === 2 ? [] : [unsafe("header_invalid", "The LUKS header is of an unknown version.")];
  return { format: "luks", virtual_size_bytes: size_bytes, unsafe: found };
};

/** ISO 9660; a bootable one may carry a partition table as well, which no reader of a CD looks at. */
export const detectIso: Detector = ({ head, size_bytes }) => {
  for (let sector = 0; sector < 32; sector += 1) {
    const at = isoVolumeDescriptors + sector * isoSector_bytes;
    if (!textAt(head, at + 1, "CD001")) return undefined;
    const type = head[at];
    if (type === 255) return undefined;
    if (type === 1) return { format: "iso", virtual_size_bytes: size_bytes, unsafe: [] };
  }
  return undefined;
};

interface Mark {
  format: FoundFormat;
  at: number;
  text: string;
}

const refusedMarks: Mark[] = [
  { format: "qed", at: 0, text: "QED\0" },
  { format: "parallels", at: 0, text: "WithoutFreeSpace" },
  { format: "parallels", at: 0, text: "WithouFreSpacExt" },
  { format: "bochs", at: 0, text: "Bochs Virtual HD Image" },
  { format: "cloop", at: 0, text: "#!/bin/sh\n#V2.0 Format\nmodprobe cloop" },
];

/** Formats a careless reader would guess and open; nobody may upload them under another name. */
export const detectRefused: Detector = ({ head, tail, size_bytes }) => {
  const mark = refusedMarks.find(({ at, text }) => textAt(head, at, text));
  if (mark) return { format: mark.format, virtual_size_bytes: undefined, unsafe: [] };
  const isDmg = size_bytes >= 512 && textAt(tail, tail.length - 512, "koly");
  return isDmg ? { format: "dmg", virtual_size_bytes: undefined, unsafe: [] } : undefined;
};
