import { Assembler, elfExecutable, words } from "./machine-code.ts";

/**
 * Returns a static executable that removes the flags `i` and `a` of chattr(1) from the files in descriptors 3, 4 and so on.
 * Node has no ioctl(2), and chattr(1) takes names, which an application may replace by links. In C:
 *
 *     for (fd = 3; (answer = ioctl(fd, FS_IOC_GETFLAGS, &flags)) != -EBADF; fd++) {
 *       if (answer < 0) continue;                                  // a file system without flags
 *       flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
 *       ioctl(fd, FS_IOC_SETFLAGS, &flags);
 *     }
 *     exit(0);
 */
export function fileFlagsExecutable(architecture: string): Buffer | undefined {
	return architecture === "x64" ? elfExecutable(x64()) : undefined;
}

const getFlags = 0x80086601;
const setFlags = 0x40086602;
const badDescriptor = -9; // EBADF
const kept = ~(0x10 | 0x20); // all but FS_IMMUTABLE_FL and FS_APPEND_FL

/** ebx: descriptor. The red zone below rsp holds the flags. */
function x64(): Buffer {
	const a = new Assembler();
	const ask = (request: number) => {
		a.emit(0x89, 0xdf); // mov edi, ebx
		a.call(16, undefined, request, [0x48, 0x8d, 0x54, 0x24, 0xf0]); // ioctl; lea rdx, [rsp - 16]
	};
	a.emit(0xbb, 3, 0, 0, 0); // mov ebx, 3
	a.label("next");
	ask(getFlags);
	a.emit(0x3d, ...words(badDescriptor)); // cmp eax, -EBADF
	a.jump("ifZero", "done");
	a.branch("ifNegative", "after");
	a.emit(0x81, 0x64, 0x24, 0xf0, ...words(kept)); // and dword [rsp - 16], kept
	ask(setFlags);
	a.label("after");
	a.emit(0xff, 0xc3); // inc ebx
	a.jump("always", "next");
	a.label("done");
	a.call(231, 0); // exit_group
	return a.finish({});
}
