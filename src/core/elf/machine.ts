import type { Elf } from "./elf.ts";

/** What a machine's loader calls things: Debian's multiarch tuples, the loader's `$PLATFORM`, the other library directories. */
export interface Machine {
	/** Multiarch tuples, most likely first. */
	readonly tuples: readonly string[];
	/** AT_PLATFORM where it is the same on every such machine. */
	readonly platform?: string;
	/** Names of library directories below / and /usr, where there is no multiarch. */
	readonly directories: readonly string[];
}

/** Two files can be loaded into one process only if these agree; the loader skips a library where they do not. */
export function abiOf({ class: bits, littleEndian, machine }: Pick<Elf, "class" | "littleEndian" | "machine">): string {
	return `${machine}/${bits}/${littleEndian ? "le" : "be"}`;
}

const wide = ["lib64", "lib"];
const narrow = ["lib", "lib32"];

const machines: Readonly<Record<string, Machine>> = {
	"3/32/le": { tuples: ["i386-linux-gnu"], platform: "i686", directories: narrow },
	"8/32/be": { tuples: ["mips-linux-gnu"], directories: narrow },
	"8/32/le": { tuples: ["mipsel-linux-gnu", "mips64el-linux-gnuabin32"], directories: ["lib", "lib32"] },
	"8/64/le": { tuples: ["mips64el-linux-gnuabi64"], directories: wide },
	"20/32/be": { tuples: ["powerpc-linux-gnu"], directories: narrow },
	"21/64/be": { tuples: ["powerpc64-linux-gnu"], directories: wide },
	"21/64/le": { tuples: ["powerpc64le-linux-gnu"], directories: wide },
	"22/64/be": { tuples: ["s390x-linux-gnu"], directories: wide },
	"40/32/le": { tuples: ["arm-linux-gnueabihf", "arm-linux-gnueabi"], platform: "v7l", directories: narrow },
	"62/32/le": { tuples: ["x86_64-linux-gnux32"], platform: "x86_64", directories: ["libx32"] },
	"62/64/le": { tuples: ["x86_64-linux-gnu"], platform: "x86_64", directories: wide },
	"183/64/le": { tuples: ["aarch64-linux-gnu"], platform: "aarch64", directories: wide },
	"243/64/le": { tuples: ["riscv64-linux-gnu"], directories: ["lib64/lp64d", "lib64", "lib"] },
	"258/64/le": { tuples: ["loongarch64-linux-gnu"], directories: wide },
};

export function machineOf(elf: Pick<Elf, "class" | "littleEndian" | "machine">): Machine {
	return machines[abiOf(elf)] ?? { tuples: [], directories: elf.class === 64 ? wide : narrow };
}
