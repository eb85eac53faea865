/**
 * A 64 KiB firmware that measures how fast a virtual machine runs privileged code. It goes from real mode through
 * protected mode to 64-bit mode with paging, takes an invalid-opcode exception through its own interrupt table and
 * returns from it, runs a loop of 40 million instructions in ring 0, and ends the machine through QEMU's
 * isa-debug-exit device. On a processor this is done in hundredths of a second; a "KVM" that emulates ring 0 in
 * software needs minutes, and such a host is better off without it.
 */

/** Written to isa-debug-exit; QEMU then exits with `value * 2 + 1`. */
const done = 0x2a;
export const exitCodeOfSuccess = done * 2 + 1;
export const exitPort = 0xf4;

const romSize = 0x1_0000;
/** Where the last 64 KiB below 1 MiB show the ROM. */
const origin = 0xf_0000;
const resetVector = 0xfff0;

/**
 * Machine code in rows of [bytes in hex, meaning]. `{name}` stands for the linear address of a label in four bytes,
 * `{name/16}` for its offset in the ROM in two. `name:` alone places a label. Memory used: page tables at
 * 0x20000, 0x21000 and 0x22000 (the first 2 MiB, mapped to themselves), stack below 0x8000.
 */
const program: readonly (readonly [code: string, meaning: string])[] = [
  ["fa", "cli"],
  ["b8 00 f0", "mov ax, 0xf000"],
  ["8e d8", "mov ds, ax"],
  ["66 0f 01 16 {gdtr/16}", "lgdt [gdtr]"],
  ["0f 20 c0", "mov eax, cr0"],
  ["0c 01", "or al, 1: protection on"],
  ["0f 22 c0", "mov cr0, eax"],
  ["66 ea {protected} 08 00", "jmp 8:protected"],

  ["protected:", "32 bits from here"],
  ["b8 10 00 00 00", "mov eax, 16: the data segment"],
  ["8e d8", "mov ds, eax"],
  ["8e c0", "mov es, eax"],
  ["8e d0", "mov ss, eax"],
  ["bc 00 80 00 00", "mov esp, 0x8000"],
  ["bf 00 00 02 00", "mov edi, 0x20000"],
  ["31 c0", "xor eax, eax"],
  ["b9 00 0c 00 00", "mov ecx, 0xc00: three pages of words"],
  ["f3 ab", "rep stosd"],
  ["c7 05 00 00 02 00 03 10 02 00", "first level: next at 0x21000, present, writable"],
  ["c7 05 00 10 02 00 03 20 02 00", "second level: next at 0x22000"],
  ["c7 05 00 20 02 00 83 00 00 00", "third level: one page of 2 MiB at 0"],
  ["b8 20 00 00 00", "mov eax, 0x20: physical address extension"],
  ["0f 22 e0", "mov cr4, eax"],
  ["b8 00 00 02 00", "mov eax, 0x20000"],
  ["0f 22 d8", "mov cr3, eax"],
  ["b9 80 00 00 c0", "mov ecx, 0xc0000080: the EFER register"],
  ["0f 32", "rdmsr"],
  ["80 cc 01", "or ah, 1: long mode"],
  ["0f 30", "wrmsr"],
  ["0f 20 c0", "mov eax, cr0"],
  ["0d 00 00 00 80", "or eax, 0x80000000: paging on"],
  ["0f 22 c0", "mov cr0, eax"],
  ["ea {long} 18 00", "jmp 24:long"],

  ["long:", "64 bits from here"],
  ["0f 01 1c 25 {idtr}", "lidt [idtr]"],
  ["0f 0b", "ud2: an invalid opcode on purpose"],
  ["b9 00 2d 31 01", "mov ecx, 20 000 000"],
  ["ff c9", "again: dec ecx"],
  ["75 fc", "jnz again"],
  [`b0 ${done.toString(16)}`, "mov al, done"],
  [`e6 ${exitPort.toString(16)}`, "out exit port, al"],
  ["f4", "halt: hlt"],
  ["eb fd", "jmp halt"],

  ["skip:", "what the exception leads to"],
  ["48 83 04 24 02", "add qword [rsp], 2: go on after the bad instruction"],
  ["48 cf", "iretq"],

  ["gdt:", "segments; their accessed bit is set because a ROM cannot be written to"],
  ["00 00 00 00 00 00 00 00", "none"],
  ["ff ff 00 00 00 9b cf 00", "8: code, 32 bits"],
  ["ff ff 00 00 00 93 cf 00", "16: data"],
  ["ff ff 00 00 00 9b af 00", "24: code, 64 bits"],
  ["gdtr:", ""],
  ["1f 00 {gdt}", "length less one, address"],
  ["idt:", "interrupt table; only number 6, the invalid opcode, is ever used"],
  ["00 ".repeat(6 * 16), "0 to 5: absent"],
  [
    "{skip/16} 18 00 00 8e 0f 00 00 00 00 00 00 00 00 00",
    "6: skip (bits 16 to 19 of its address are 0xf), ring 0 gate",
  ],
  ["idtr:", ""],
  ["6f 00 {idt} 00 00 00 00", "length less one, address"],
];

/** The whole ROM, ready for `-bios`. */
export function kvmProbeRom(): Buffer {
  const rom = Buffer.alloc(romSize, 0xf4);
  const labels = placeLabels();
  const bytes = program.flatMap(([code]) => (code.endsWith(":") ? [] : encode(code, (name) => labels.get(name) ?? 0)));
  rom.set(bytes, 0);
  rom.set([0xea, 0x00, 0x00, 0x00, 0xf0], resetVector); // jmp 0xf000:0
  return rom;
}

function placeLabels(): Map<string, number> {
  const labels = new Map<string, number>();
  let at = 0;
  for (const [code] of program) {
    if (code.endsWith(":")) labels.set(code.slice(0, -1), at);
    else at += encode(code, () => 0).length;
  }
  return labels;
}

function encode(code: string, offsetOf: (label: string) => number): number[] {
  return code
    .trim()
    .split(/\s+/)
    .flatMap((word) => {
      const [, label, short] = /^\{(\w+)(\/16)?\}$/.exec(word) ?? [];
      if (label === undefined) return [Number.parseInt(word, 16)];
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(short ? offsetOf(label) : origin + offsetOf(label));
      return [...bytes.subarray(0, short ? 2 : 4)];
    });
}
