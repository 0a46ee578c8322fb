import { omitUndefined } from "../../base/collections.ts";
import type { ByteReader } from "../../base/machine/facts.ts";
import { type Path, pathFromBytes } from "../../base/path/path.ts";
import { withoutTrailing } from "../../base/text.ts";

/**
 * An executable or shared library as the kernel and the dynamic loader see it (elf(5), System V ABI chapter 5). All supported
 * processors are little-endian.
 */
export interface Elf {
	readonly class: 32 | 64;
	/** e_machine, e.g. 62 for x86-64. */
	readonly machine: number;
	/** PT_INTERP: the program that the kernel starts instead of the file, verbatim. */
	readonly interpreter?: Path;
	/** DT_NEEDED in order: names, or paths if they contain a slash. */
	readonly needed: readonly Path[];
	/** DT_RPATH with `$ORIGIN` and the like unexpanded; empty with a DT_RUNPATH, because the loader ignores it then. */
	readonly rpath: readonly string[];
	/** Elements of DT_RUNPATH. */
	readonly runpath: readonly string[];
	readonly soname?: Path;
	/** DF_1_NODEFLIB: the loader does not search the default directories for this file's libraries. */
	readonly noDefaultDirectories: boolean;
	readonly dlopen: readonly DlopenNote[];
	/** A program that needs no loader at all. */
	readonly isStatic: boolean;
}

// Limits on how much a hostile file can make this read. Real files stay far below: the largest seen has 14 program headers, 60
// dynamic entries and 150 needed libraries.
const maxProgramHeaders = 512;
const maxDynamicBytes = 64 * 1024;
const maxStrings = 1024;
const maxString = 4096;
const maxNoteBytes = 256 * 1024;
const maxSymbolBytes = 4 * 1024 * 1024;

const ET_EXEC = 2;
const ET_DYN = 3;
/** Tags whose value is an address (elf(5)): DT_PLTGOT, DT_HASH, DT_STRTAB, DT_RELA, DT_INIT and so on. */
const tableTags = [3, 4, 5, 7, 12, 13, 17, 23, 25, 26, 32, 36, 0x6ffffef5, 0x6ffffff0, 0x6ffffffc, 0x6ffffffe];
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_STRSZ = 10;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
const DT_FLAGS_1 = 0x6ffffffb;
const DF_1_NODEFLIB = 0x800;
const DF_1_PIE = 0x8000000;

interface Segment {
	readonly type: number;
	readonly offset: number;
	readonly address: number;
	readonly bytes: number;
	readonly alignment: number;
}

/** Reads an address or offset of 4 or 8 bytes. Inexact above 2^53, which no file reaches. */
type Addresses = (from: Buffer, at: number) => number;

/** The headers of an executable or shared library, and how to read more of it. */
interface OpenedElf {
	readonly read: ByteReader;
	readonly header: Buffer;
	readonly type: number;
	readonly wide: boolean;
	readonly address: Addresses;
	readonly segments: readonly Segment[];
}

function open(source: Buffer | ByteReader): OpenedElf | undefined {
	const read = boundedReader(typeof source === "function" ? source : (at, length) => source.subarray(at, at + length));
	const header = read(0, 64);
	if (header.length < 52 || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
	const wide = header[4] === 2;
	if ((!wide && header[4] !== 1) || header[5] !== 1 || (wide && header.length < 64)) return undefined;
	const address: Addresses = (from, at) => from.readUInt32LE(at) + (wide ? from.readUInt32LE(at + 4) * 2 ** 32 : 0);
	const type = header.readUInt16LE(16);
	if (type !== ET_EXEC && type !== ET_DYN) return undefined;
	return { read, header, type, wide, address, segments: programHeaders(read, header, wide, address) };
}

/**
 * Parses an executable or shared library from its program headers alone, like the kernel, because section headers may be
 * stripped or wrong. Returns undefined for any other file. Never throws, and reads a few megabytes at most.
 */
export function parseElf(source: Buffer | ByteReader): Elf | undefined {
	const opened = open(source);
	if (opened === undefined) return undefined;
	const { header, read, segments, type, wide } = opened;
	const dynamic = readDynamic(opened);
	const interpreter = readInterpreter(read, segments);
	return {
		class: wide ? 64 : 32,
		machine: header.readUInt16LE(18),
		...omitUndefined({ interpreter }),
		needed: dynamic.needed,
		rpath: dynamic.runpath === undefined ? elements(dynamic.rpath) : [],
		runpath: elements(dynamic.runpath),
		...omitUndefined({ soname: dynamic.soname }),
		noDefaultDirectories: hasFlag(dynamic.flags, DF_1_NODEFLIB),
		dlopen: readNotes(read, segments),
		// ld.so itself also has neither an interpreter nor libraries. A static program is PIE or has a fixed address.
		isStatic: interpreter === undefined && dynamic.needed.length === 0 && (type === ET_EXEC || hasFlag(dynamic.flags, DF_1_PIE)),
	};
}

/**
 * Returns the names that the file imports: the undefined entries of its symbol table for the loader. Empty for any other file.
 * Never throws.
 */
export function importedSymbols(source: Buffer | ByteReader): ReadonlySet<string> {
	const opened = open(source);
	const table = opened && dynamicTable(opened);
	const symbols = table?.values.get(DT_SYMTAB);
	const strings = table?.values.get(DT_STRTAB);
	if (opened === undefined || table === undefined || symbols === undefined || strings === undefined) return new Set();
	const { read, segments, wide } = opened;
	// No field tells the number of symbols, so they are read up to the next table.
	const others = tableTags.flatMap((tag) => table.values.get(tag) ?? []).filter((place) => place > symbols);
	const next = Math.min(...others, symbols + maxSymbolBytes);
	const at = fileOffset(segments, symbols);
	const namesAt = fileOffset(segments, strings);
	if (at === undefined || namesAt === undefined) return new Set();
	const entries = read(at, next - symbols);
	const names = read(namesAt, Math.min(table.values.get(DT_STRSZ) ?? 0, maxSymbolBytes));
	const [size, section] = wide ? [24, 6] : [16, 14];
	const found = new Set<string>();
	for (let entry = 0; entry + size <= entries.length; entry += size) {
		const name = entries.readUInt32LE(entry);
		const end = names.indexOf(0, name);
		if (entries.readUInt16LE(entry + section) === 0 && name > 0 && end > name) found.add(names.toString("latin1", name, end));
	}
	return found;
}

/** The first 4 KiB contain the headers, interpreter and notes of almost every file. */
function boundedReader(read: ByteReader): ByteReader {
	const head = read(0, 4096);
	return (at, length) => {
		if (!Number.isSafeInteger(at) || at < 0 || length <= 0) return Buffer.alloc(0);
		return at + length <= head.length ? head.subarray(at, at + length) : read(at, length);
	};
}

function programHeaders(read: ByteReader, header: Buffer, wide: boolean, address: Addresses): Segment[] {
	const start = address(header, wide ? 32 : 28);
	const size = header.readUInt16LE(wide ? 54 : 42);
	const count = Math.min(header.readUInt16LE(wide ? 56 : 44), maxProgramHeaders);
	// The kernel refuses any other size (load_elf_phdrs).
	if (size !== (wide ? 56 : 32)) return [];
	const table = read(start, size * count);
	const segments: Segment[] = [];
	for (let at = 0; at + size <= table.length; at += size) {
		segments.push({
			type: table.readUInt32LE(at),
			offset: address(table, at + (wide ? 8 : 4)),
			address: address(table, at + (wide ? 16 : 8)),
			bytes: address(table, at + (wide ? 32 : 16)),
			alignment: address(table, at + (wide ? 48 : 28)),
		});
	}
	return segments;
}

interface Dynamic {
	readonly needed: Path[];
	readonly rpath?: string;
	readonly runpath?: string;
	readonly soname?: Path;
	readonly flags: number;
}

interface DynamicTable {
	readonly values: ReadonlyMap<number, number>;
	readonly neededAt: readonly number[];
}

function dynamicTable({ address: number, read, segments, wide }: OpenedElf): DynamicTable | undefined {
	const segment = segments.find(({ type }) => type === PT_DYNAMIC);
	if (segment === undefined) return undefined;
	const table = read(segment.offset, Math.min(segment.bytes, maxDynamicBytes));
	const values = new Map<number, number>();
	const neededAt: number[] = [];
	const half = wide ? 8 : 4;
	for (let at = 0; at + 2 * half <= table.length; at += 2 * half) {
		const tag = number(table, at);
		if (tag === 0) break;
		const value = number(table, at + half);
		if (tag !== DT_NEEDED) values.set(tag, value);
		else if (neededAt.length < maxStrings) neededAt.push(value);
	}
	return { values, neededAt };
}

function readDynamic(opened: OpenedElf): Dynamic {
	const { read, segments } = opened;
	const table = dynamicTable(opened);
	if (table === undefined) return { needed: [], flags: 0 };
	const { neededAt, values } = table;
	const strings = values.get(DT_STRTAB);
	const size = values.get(DT_STRSZ) ?? Number.POSITIVE_INFINITY;
	const text = (at: number | undefined): Path | undefined => {
		if (at === undefined || strings === undefined || at >= size) return undefined;
		const offset = fileOffset(segments, strings + at);
		return offset === undefined ? undefined : readString(read, offset);
	};
	const rpath = text(values.get(DT_RPATH));
	const runpath = text(values.get(DT_RUNPATH));
	const soname = text(values.get(DT_SONAME));
	return {
		needed: neededAt.map(text).filter((name): name is Path => name !== undefined && name !== ""),
		...omitUndefined({ rpath, runpath, soname }),
		flags: values.get(DT_FLAGS_1) ?? 0,
	};
}

/** Returns the file offset of a virtual address, because the string table is given by its address. */
function fileOffset(segments: readonly Segment[], address: number): number | undefined {
	for (const segment of segments) {
		if (segment.type !== PT_LOAD || address < segment.address) continue;
		if (address < segment.address + segment.bytes) return address - segment.address + segment.offset;
	}
	return undefined;
}

function readString(read: ByteReader, offset: number): Path | undefined {
	for (const length of [256, maxString]) {
		const bytes = read(offset, length);
		const end = bytes.indexOf(0);
		if (end >= 0) return pathFromBytes(bytes.subarray(0, end));
	}
	return undefined;
}

function readInterpreter(read: ByteReader, segments: readonly Segment[]): Path | undefined {
	const segment = segments.find(({ type }) => type === PT_INTERP);
	// load_elf_binary requires 2 to PATH_MAX bytes.
	if (segment === undefined || segment.bytes < 2 || segment.bytes > maxString) return undefined;
	const bytes = read(segment.offset, segment.bytes);
	const end = bytes.indexOf(0);
	return end > 0 ? pathFromBytes(bytes.subarray(0, end)) : undefined;
}

function readNotes(read: ByteReader, segments: readonly Segment[]): DlopenNote[] {
	let left = maxNoteBytes;
	const notes: DlopenNote[] = [];
	for (const { type, offset, bytes, alignment } of segments) {
		if (type !== PT_NOTE || left <= 0) continue;
		const segment = read(offset, Math.min(bytes, left));
		left -= segment.length;
		notes.push(...dlopenNotes(segment, alignment === 8 ? 8 : 4));
	}
	return notes;
}

function elements(list: string | undefined): string[] {
	return list === undefined ? [] : list.split(":");
}

/** `&` would truncate to a signed 32-bit number. */
function hasFlag(flags: number, flag: number): boolean {
	return Math.floor(flags / flag) % 2 === 1;
}

/** Names that a processor's loader uses: Debian's multiarch tuples, `$PLATFORM`, and library directories. */
interface Machine {
	/** Multiarch tuples, most likely first. */
	readonly tuples: readonly string[];
	/** AT_PLATFORM, if all machines of this kind have the same. */
	readonly platform?: string;
	/** Names of library directories in / and /usr without multiarch. */
	readonly directories: readonly string[];
}

/** Identifies the ABI: one process can only load files with the same one, and the loader skips others. */
export function abiOf({ class: bits, machine }: Pick<Elf, "class" | "machine">): string {
	return `${machine}/${bits}`;
}

const wide = ["lib64", "lib"];
const narrow = ["lib", "lib32"];

/** The supported processors, and those whose programs they also run. */
const machines: Readonly<Record<string, Machine>> = {
	"3/32": { tuples: ["i386-linux-gnu"], platform: "i686", directories: narrow },
	"40/32": { tuples: ["arm-linux-gnueabihf", "arm-linux-gnueabi"], platform: "v7l", directories: narrow },
	"62/32": { tuples: ["x86_64-linux-gnux32"], platform: "x86_64", directories: ["libx32"] },
	"62/64": { tuples: ["x86_64-linux-gnu"], platform: "x86_64", directories: wide },
	"183/64": { tuples: ["aarch64-linux-gnu"], platform: "aarch64", directories: wide },
};

export function machineOf(elf: Pick<Elf, "class" | "machine">): Machine {
	return machines[abiOf(elf)] ?? { tuples: [], directories: elf.class === 64 ? wide : narrow };
}

/** A library that a running program may load (the ELF dlopen metadata of systemd and the UAPI group). */
export interface DlopenNote {
	/** Alternatives, of which the first existing one is loaded. */
	readonly sonames: readonly string[];
	readonly feature?: string;
	/** `required`, `recommended` (the default) or `suggested`. */
	readonly priority: string;
}

const dlopenType = 0x407c0c0a;
const maxNotes = 256;
const maxSonames = 16;

/**
 * Parses the dlopen notes of a PT_NOTE segment. A note is three words (length of the owner's name, length of the content,
 * type), the name and the content, each padded to `alignment` (elf(5)). Skips malformed notes.
 */
function dlopenNotes(segment: Buffer, alignment: 4 | 8): DlopenNote[] {
	const notes: DlopenNote[] = [];
	const pad = (length: number) => Math.ceil(length / alignment) * alignment;
	for (let at = 0; at + 12 <= segment.length; ) {
		const content = pad(at + 12 + segment.readUInt32LE(at));
		const end = content + segment.readUInt32LE(at + 4);
		const isDlopen = segment.readUInt32LE(at + 8) === dlopenType && segment.toString("latin1", at + 12, at + 16) === "FDO\0";
		if (isDlopen && end <= segment.length && notes.length < maxNotes) notes.push(...readJson(segment.subarray(content, end)));
		at = pad(end);
	}
	return notes;
}

function readJson(content: Buffer): DlopenNote[] {
	let value: unknown;
	try {
		value = JSON.parse(withoutTrailing(content.toString("utf8"), "\0"));
	} catch {
		return [];
	}
	return Array.isArray(value) ? value.slice(0, maxNotes).flatMap(readNote) : [];
}

function readNote(value: unknown): DlopenNote[] {
	if (typeof value !== "object" || value === null) return [];
	const { soname, feature, priority } = value as Record<string, unknown>;
	if (!Array.isArray(soname)) return [];
	// Notes contain names, not paths: one with a slash or NUL is invalid.
	const sonames = soname.filter((name) => typeof name === "string" && /^[^/\0]{1,255}$/.test(name)).slice(0, maxSonames);
	if (sonames.length === 0) return [];
	return [
		{
			sonames,
			...(typeof feature === "string" && { feature }),
			priority: typeof priority === "string" ? priority : "recommended",
		},
	];
}
