import { seccompFilter } from "../../src/confine/seccomp/compile-filter.ts";
import type { FilterPermissions } from "../../src/confine/seccomp/filter-permissions.ts";
import { type Architecture, type SyscallName, syscallNumber } from "../../src/confine/seccomp/syscalls.ts";

export const closed: FilterPermissions = { unixSockets: false, memfd: false };
export const everythingOpen: FilterPermissions = {
	unixSockets: true,
	netlink: true,
	memfd: true,
	writableCode: true,
	rawSockets: true,
	chroot: true,
	clock: "real",
};
export const audit = { x64: 0xc000003e, arm64: 0xc00000b7 };
export const architectures = ["x64", "arm64"] as const;

/** Runs the program like the kernel: classic BPF over struct seccomp_data, little-endian. */
export function run(program: Buffer, architecture: number, number: number, args: readonly bigint[] | undefined): string {
	const data = Buffer.alloc(64);
	data.writeUInt32LE(number >>> 0, 0);
	data.writeUInt32LE(architecture, 4);
	args?.forEach((arg, index) => {
		data.writeBigUInt64LE(BigInt.asUintN(64, arg), 16 + 8 * index);
	});
	let accumulator = 0;
	for (let at = 0; at < program.length / 8; at++) {
		const code = program.readUInt16LE(at * 8);
		const yes = program.readUInt8(at * 8 + 2);
		const no = program.readUInt8(at * 8 + 3);
		const value = program.readUInt32LE(at * 8 + 4);
		if (code === 0x20 && value >= 16 && !args) return "looks at an argument";
		if (code === 0x20) accumulator = data.readUInt32LE(value);
		else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
		else if (code === 0x15) at += accumulator === value ? yes : no;
		else if (code === 0x35) at += accumulator >= value ? yes : no;
		else if (code === 0x25) at += accumulator > value ? yes : no;
		else if (code === 0x05) at += value;
		else if (code === 0x45) at += (accumulator & value) !== 0 ? yes : no;
		else if (code === 0x06) return answer(value);
		else throw new Error(`instruction ${code.toString(16)}`);
	}
	throw new Error("ran over the end");
}

function answer(value: number): string {
	if (value === 0x7fff0000) return "allow";
	// SECCOMP_RET_KILL_PROCESS, and _KILL_THREAD, which libseccomp uses for calls of other architectures.
	if (value === 0x80000000 || value === 0) return "kill";
	const names: Record<number, string> = {
		0: "none",
		1: "EPERM",
		13: "EACCES",
		22: "EINVAL",
		38: "ENOSYS",
		93: "EPROTONOSUPPORT",
		95: "EOPNOTSUPP",
		97: "EAFNOSUPPORT",
	};
	return (value >>> 16 === 5 && names[value & 0xffff]) || `0x${value.toString(16)}`;
}

export function decide(
	architecture: Architecture,
	call: SyscallName,
	args: readonly number[] = [],
	permissions: FilterPermissions = closed,
): string {
	const number = syscallNumber(call, architecture);
	if (number === undefined) return "no such call";
	return run(seccompFilter(architecture, permissions), audit[architecture], number, args.map(BigInt));
}
