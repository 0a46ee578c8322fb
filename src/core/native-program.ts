/** Offsets of elf(5) for 64 bits. */
const header = { programHeaders: 32, sectionHeaders: 40, programHeaderCount: 56, sectionHeaderCount: 60 } as const;
const segment = { size: 56, type: 0, offset: 8, fileSize: 32, memorySize: 40 } as const;
const loaded = 1; // PT_LOAD

/**
 * Returns a program of native/ with bytes in its last segment, where it finds them under the name `appended` (native/program.ld). So
 * one file has both, and the program reads nothing when it starts. The section headers behind that segment go.
 */
export function withAppended(program: Buffer, data: Uint8Array = new Uint8Array(8)): Buffer {
	const first = Number(program.readBigUInt64LE(header.programHeaders));
	const segments = Array.from(
		{ length: program.readUInt16LE(header.programHeaderCount) },
		(_, index) => first + index * segment.size,
	);
	const last = segments.filter((at) => program.readUInt32LE(at + segment.type) === loaded).at(-1);
	if (last === undefined) throw new Error("a program without segments");
	const start = Number(program.readBigUInt64LE(last + segment.offset));
	const result = Buffer.concat([program.subarray(0, start), data]);
	result.writeBigUInt64LE(0n, header.sectionHeaders);
	result.fill(0, header.sectionHeaderCount, header.sectionHeaderCount + 4);
	for (const size of [segment.fileSize, segment.memorySize]) result.writeBigUInt64LE(BigInt(data.length), last + size);
	return result;
}

/** Returns 32-bit numbers in sequence, as in a C struct. Absent ones and booleans are 0 or 1. */
export function words(...values: readonly (number | boolean | undefined)[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, index) => {
		bytes.writeUInt32LE(Number(value) >>> 0, index * 4);
	});
	return bytes;
}

/** Returns the bytes with zeros behind them up to a multiple of `size`. */
export function padded(bytes: Uint8Array, size: number): Buffer {
	return Buffer.concat([bytes, Buffer.alloc((size - (bytes.length % size)) % size)]);
}
