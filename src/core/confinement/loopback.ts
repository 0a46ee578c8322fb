import { Assembler, elfExecutable, fromAnswer } from "./machine-code.ts";

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
	const a = new Assembler();
	a.call(41, 2, 2, 0); // socket: AF_INET, SOCK_DGRAM
	a.call(16, fromAnswer, 0x8914, "request"); // ioctl: SIOCSIFFLAGS
	a.move("rdi", 0);
	a.branch("ifZero", "exit");
	a.move("rdi", 1);
	a.label("exit");
	a.syscall(231); // exit_group
	return a.finish({ request: request() });
}

/** netdevice(7)'s struct ifreq: a name of 16 bytes, then the flags. */
function request(): Buffer {
	const bytes = Buffer.alloc(40);
	bytes.write("lo", 0, "latin1");
	bytes.writeUInt16LE(1, 16); // IFF_UP
	return bytes;
}
