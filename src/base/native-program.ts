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

/** Socket addresses as bytes: ip(7), ipv6(7), unix(7). */

/** The four bytes in network order, or undefined. */
export function ipv4(text: string): number[] | undefined {
	const bytes = text.split(".").map(Number);
	return bytes.length === 4 && bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** The 16 bytes in network order, or undefined. */
export function ipv6(text: string): number[] | undefined {
	const [, before = "", last = ""] = /^(.*:)?([^:]*)$/.exec(text) ?? [];
	const tail = last.includes(".") ? ipv4(last) : [];
	if (tail === undefined) return undefined;
	const halves = (last.includes(".") ? before.replace(/(?<!:):$/, "") : text).split("::");
	if (halves.length > 2) return undefined;
	const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":")).flatMap(group));
	const known = [...(head ?? []), ...(rest ?? []), ...tail];
	const missing = 16 - known.length;
	if (known.some(Number.isNaN) || (halves.length === 2 ? missing < 2 : missing !== 0)) return undefined;
	return [...(head ?? []), ...new Array<number>(missing).fill(0), ...(rest ?? []), ...tail];
}

/** Both bytes of four hexadecimal digits. */
function group(text: string): number[] {
	const value = /^[0-9a-fA-F]{1,4}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
	return [value >> 8, Number.isNaN(value) ? value : value & 0xff];
}

/** The bytes of an IP address. */
export function addressBytes(address: string): Buffer {
	const bytes = address.includes(":") ? ipv6(address) : ipv4(address);
	if (bytes === undefined) throw new Error(`no IP address: ${address}`);
	return Buffer.from(bytes);
}

export const families = { unix: 1, inet: 2, inet6: 10 } as const;

/** struct sockaddr_un. A name without a file begins with a NUL. */
export function unixAddress(name: string | Buffer): Buffer {
	return Buffer.concat([Buffer.from([families.unix, 0]), Buffer.from(name)]);
}

/** struct sockaddr_in or sockaddr_in6, by the length of the IP address. */
export function ipAddress(host: Uint8Array, port: number): Buffer {
	const isV4 = host.length === 4;
	const [before, after] = isV4 ? [0, 8] : [4, 4];
	const head = Buffer.from([isV4 ? families.inet : families.inet6, 0, port >> 8, port & 255]);
	return Buffer.concat([head, Buffer.alloc(before), host, Buffer.alloc(after)]);
}
