/** Nothing is linked or written to, so one readable and executable segment suffices. */

const loadAddress = 0x400000;
const headerSize = 64 + 56;

/** elf(5): one header, one readable and executable segment, no sections; the stack is not executable by PT_LOAD's flags. */
export function elfExecutable(machine: number, code: Buffer): Buffer {
	const header = Buffer.alloc(headerSize);
	header.write("\x7fELF\x02\x01\x01", 0, "latin1");
	header.writeUInt16LE(2, 16); // ET_EXEC
	header.writeUInt16LE(machine, 18);
	header.writeUInt32LE(1, 20);
	header.writeBigUInt64LE(BigInt(loadAddress + headerSize), 24); // entry
	header.writeBigUInt64LE(64n, 32); // program headers
	header.writeUInt16LE(64, 52);
	header.writeUInt16LE(56, 54);
	header.writeUInt16LE(1, 56);
	header.writeUInt32LE(1, 64); // PT_LOAD
	header.writeUInt32LE(5, 68); // R X
	header.writeBigUInt64LE(BigInt(loadAddress), 80);
	header.writeBigUInt64LE(BigInt(loadAddress), 88);
	const size = BigInt(headerSize + code.length);
	header.writeBigUInt64LE(size, 96);
	header.writeBigUInt64LE(size, 104);
	header.writeBigUInt64LE(0x1000n, 112);
	return Buffer.concat([header, code]);
}
