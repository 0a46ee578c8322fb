/** Contents of an ELF file for tests: enough to find, read and search it, but not to run it. */
export interface Making {
	readonly class?: 32 | 64;
	readonly machine?: number;
	readonly type?: number;
	readonly interpreter?: string;
	readonly needed?: readonly string[];
	readonly rpath?: string;
	readonly runpath?: string;
	readonly soname?: string;
	readonly flags1?: number;
	/** Undefined symbols. */
	readonly imports?: readonly string[];
	/** Contents of dlopen notes. */
	readonly dlopen?: readonly string[];
	/** Address of the image in memory, to distinguish addresses from offsets. */
	readonly base?: number;
}

/** Bytes of an ELF file: header, program headers, interpreter, notes, dynamic section, strings. */
export function makeElf(making: Making = {}): Buffer {
	const is64 = (making.class ?? 64) === 64;
	const base = making.base ?? 0x10000;
	/** Numbers of this size in bytes, all below 2^32. */
	const words = (size: number, ...values: number[]): Buffer => {
		const out = Buffer.alloc(values.length * size);
		for (const [index, value] of values.entries()) out.writeUIntLE(value, index * size, Math.min(size, 4));
		return out;
	};
	const wide = is64 ? 8 : 4;

	let strings = "\0";
	const text = (value: string) => {
		const at = strings.length;
		strings += `${value}\0`;
		return at;
	};
	const dynamic: [number, number][] = (making.needed ?? []).map((name) => [1, text(name)]);
	if (making.soname !== undefined) dynamic.push([14, text(making.soname)]);
	if (making.rpath !== undefined) dynamic.push([15, text(making.rpath)]);
	if (making.runpath !== undefined) dynamic.push([29, text(making.runpath)]);
	const imports = (making.imports ?? []).map(text);
	if (making.flags1 !== undefined) dynamic.push([0x6ffffffb, making.flags1]);

	const interpreter = making.interpreter === undefined ? Buffer.alloc(0) : Buffer.from(`${making.interpreter}\0`, "latin1");
	const note = (owner: string, type: number, content: string) => {
		const bytes = Buffer.from(`${content}\0`);
		const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
		return Buffer.concat([words(4, owner.length + 1, bytes.length, type), Buffer.from(`${owner}\0`), padded]);
	};
	const notes = Buffer.concat([
		note("GNU", 3, "a build id, skipped"),
		...(making.dlopen ?? []).map((json) => note("FDO", 0x407c0c0a, json)),
	]);

	const headerSize = is64 ? 64 : 52;
	const entrySize = is64 ? 56 : 32;
	const interpreterAt = headerSize + 4 * entrySize;
	const notesAt = interpreterAt + Math.ceil(interpreter.length / 4) * 4;
	const dynamicAt = notesAt + notes.length;
	// One bucket with one null symbol, because musl's loader reads it (elf(5), DT_HASH).
	const hash = words(4, 1, 1, 0, 0);
	const hashAt = dynamicAt + (dynamic.length + 5) * 2 * wide;
	// The null symbol comes first (elf(5), Elf64_Sym).
	const symbols = Buffer.concat([0, ...imports].map((name) => words(4, name, ...Array<number>(is64 ? 5 : 3).fill(0))));
	const symbolsAt = hashAt + hash.length;
	const stringsAt = symbolsAt + symbols.length;
	const total = stringsAt + strings.length;
	dynamic.push([4, base + hashAt], [6, base + symbolsAt], [5, base + stringsAt], [10, strings.length], [0, 0]);

	const segment = (type: number, at: number, size: number) => {
		// A real loader maps whole pages and refuses a segment with a smaller alignment.
		const alignment = type === 1 ? 0x1000 : 4;
		const place = [at, base + at, base + at, size, size];
		return is64 ? Buffer.concat([words(4, type, 4), words(8, ...place, alignment)]) : words(4, type, ...place, 4, alignment);
	};
	const hasDynamic = dynamic.length > 5 || making.interpreter !== undefined;
	const out = Buffer.alloc(total);
	Buffer.from([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, 1, 1]).copy(out);
	const kind = [words(2, making.type ?? 3, making.machine ?? 62), words(4, 1)];
	Buffer.concat([...kind, words(wide, 0, headerSize, 0), words(4, 0), words(2, headerSize, entrySize, 4)]).copy(out, 16);
	Buffer.concat([
		segment(1, 0, total),
		segment(making.interpreter === undefined ? 0 : 3, interpreterAt, interpreter.length),
		segment(4, notesAt, notes.length),
		segment(hasDynamic ? 2 : 0, dynamicAt, dynamic.length * 2 * wide),
	]).copy(out, headerSize);
	interpreter.copy(out, interpreterAt);
	notes.copy(out, notesAt);
	words(wide, ...dynamic.flat()).copy(out, dynamicAt);
	hash.copy(out, hashAt);
	symbols.copy(out, symbolsAt);
	Buffer.from(strings, "latin1").copy(out, stringsAt);
	return out;
}
