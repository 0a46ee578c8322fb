import { elfExecutable } from "./machine-code.ts";

/**
 * Returns a static executable that enables the loopback of its network namespace. Sysfs files for it belong to root, which a
 * rootless launch's user namespace does not map (measured), and iproute2 may be missing. In C:
 *
 *     struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
 *     exit(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo) != 0);
 */
export function loopbackExecutable(architecture: string): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(x64()) : undefined;
}

function x64(): Buffer {
	const exit = [
		...[0x31, 0xff], // xor edi, edi
		...[0x85, 0xc0], // test eax, eax
		...[0x40, 0x0f, 0x95, 0xc7], // setne dil
		...[0xb8, 231, 0, 0, 0], // mov eax, exit_group
		...[0x0f, 0x05], // syscall
	];
	const ask = [0xb8, 16, 0, 0, 0, 0x0f, 0x05]; // mov eax, ioctl; syscall
	return Buffer.from([
		...[0xbf, 2, 0, 0, 0], // mov edi, AF_INET
		...[0xbe, 2, 0, 0, 0], // mov esi, SOCK_DGRAM
		...[0x31, 0xd2], // xor edx, edx
		...[0xb8, 41, 0, 0, 0], // mov eax, socket
		...[0x0f, 0x05], // syscall
		...[0x89, 0xc7], // mov edi, eax
		...[0xbe, 0x14, 0x89, 0, 0], // mov esi, SIOCSIFFLAGS
		...[0x48, 0x8d, 0x15, ask.length + exit.length, 0, 0, 0], // lea rdx, [rip + request]
		...ask,
		...exit,
		...request(),
	]);
}

/** netdevice(7)'s struct ifreq: a name of 16 bytes, then the flags. */
function request(): Buffer {
	const bytes = Buffer.alloc(40);
	bytes.write("lo", 0, "latin1");
	bytes.writeUInt16LE(1, 16); // IFF_UP
	return bytes;
}
