/**
 * PID 1 of a cage, as a static ELF executable of a few hundred bytes that we assemble ourselves.
 *
 * Why our own: a PID namespace gives its first process no default signal actions, so Node and `python3 -m http.server`
 * ignore TERM there (measured), and orphans stay zombies. A shell or an interpreter in its place would be a gift to whoever
 * breaks in, and no init is installed everywhere. In C it would read:
 *
 *     sigprocmask(SIG_SETMASK, all);
 *     if ((app = fork()) == 0) { sigprocmask(SIG_SETMASK, none); close_range(3, ~0);
 *                                chdir(argv[1]) || execve(argv[2], argv + 2, envp); exit(125); }
 *     close_range(0, ~0);
 *     if (capset(only CAP_KILL) < 0) capset(nothing);
 *     for (;;) {
 *       sig = sigtimedwait(all);
 *       if (sig != SIGCHLD) { if (sig is TERM, INT or QUIT) ending = 1; kill(app, sig); continue; }
 *       while ((pid = wait4(-1, &status, WNOHANG)) != 0) {
 *         if (pid < 0) { if (app == -1) exit(code); break; }
 *         if (pid != app) continue;                              // an orphan is reaped and forgotten
 *         code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
 *         if (code || ending) exit(code);                        // the kernel ends whatever is left in the namespace
 *         app = -1;                                              // it forked away: signals go to all, until none is left
 *       }
 *     }
 *
 * Signals stay blocked and are fetched by sigtimedwait: a blocked signal is queued even for PID 1 (sig_ignored() in
 * kernel/signal.c), an unblocked one without a handler would be dropped.
 */

/** The bytes of the init for this processor (`process.arch`), or undefined where we have none yet. */
export function initExecutable(architecture: string): Buffer | undefined {
	return architecture === "x64" ? elf(x64(), 62) : undefined; // EM_X86_64
}

/** Exit status of the init when the working directory cannot be entered or the first program cannot be executed. */
export const initCannotExecute = 125;

const loadAddress = 0x400000;
const headerSize = 64 + 56;

/** elf(5): one header, one readable and executable segment, no sections; the stack is not executable by PT_LOAD's flags. */
function elf(code: Buffer, machine: number): Buffer {
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

const capKill = 1 << 5; // CAP_KILL of capabilities(7)

/** Constants that both programs read: signal masks and the arguments of capset(2). */
const data = {
	allSignals: Buffer.alloc(8, 0xff),
	noSignals: Buffer.alloc(8),
	capHeader: words(0x20080522, 0), // _LINUX_CAPABILITY_VERSION_3, this process
	onlyKill: words(capKill, capKill, 0, 0, 0, 0),
	nothing: words(0, 0, 0, 0, 0, 0),
};
type DataName = keyof typeof data;

function words(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, index) => {
		bytes.writeUInt32LE(value, index * 4);
	});
	return bytes;
}

/** Collects instructions; jumps and references to labels are patched when everything has its place. */
class Assembler {
	private bytes: number[] = [];
	private labels = new Map<string, number>();
	private patches: ((image: Buffer) => void)[] = [];

	emit(...bytes: number[]): void {
		this.bytes.push(...bytes);
	}
	label(name: string): void {
		this.labels.set(name, this.bytes.length);
	}
	get here(): number {
		return this.bytes.length;
	}
	later(patch: (image: Buffer, target: (label: string) => number) => void): void {
		this.patches.push((image) =>
			patch(image, (label) => {
				const at = this.labels.get(label);
				if (at === undefined) throw new Error(`no label ${label}`);
				return at;
			}),
		);
	}
	finish(): Buffer {
		while (this.bytes.length % 8) this.bytes.push(0);
		for (const [name, bytes] of Object.entries(data)) {
			this.label(name);
			this.bytes.push(...bytes);
		}
		const image = Buffer.from(this.bytes);
		for (const patch of this.patches) patch(image);
		return image;
	}
}

/** System V AMD64: number in rax, arguments in rdi, rsi, rdx, r10, r8. r12d app, r13d ending, r14 argv, r15d code. */
function x64(): Buffer {
	const a = new Assembler();
	const set = { rax: [0xb8], rdi: [0xbf], rsi: [0xbe], rdx: [0xba], r10: [0x41, 0xba] };
	type Register = keyof typeof set;
	const move = (register: Register, value: number) => {
		a.emit(...set[register], value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255);
	};
	const address = (register: "rdi" | "rsi", name: DataName) => {
		a.emit(0x48, 0x8d, register === "rdi" ? 0x3d : 0x35, 0, 0, 0, 0); // lea register, [rip + name]
		const end = a.here;
		a.later((image, target) => image.writeInt32LE(target(name) - end, end - 4));
	};
	const syscall = (number: number) => {
		move("rax", number);
		a.emit(0x0f, 0x05);
	};
	const jump = (opcode: number[], label: string) => {
		a.emit(...opcode, 0, 0, 0, 0);
		const end = a.here;
		a.later((image, target) => image.writeInt32LE(target(label) - end, end - 4));
	};
	const always = [0xe9];
	const ifZero = [0x0f, 0x84];
	const ifNotZero = [0x0f, 0x85];
	const ifNegative = [0x0f, 0x88];
	const mask = (name: DataName) => {
		move("rdi", 2); // SIG_SETMASK
		address("rsi", name);
		move("rdx", 0);
		move("r10", 8);
		syscall(14); // rt_sigprocmask
	};
	const closeFrom = (first: number) => {
		move("rdi", first);
		move("rsi", -1);
		move("rdx", 0);
		syscall(436); // close_range
	};

	a.emit(0x4c, 0x8d, 0x74, 0x24, 0x08); // lea r14, [rsp + 8]: argv
	mask("allSignals");
	syscall(57); // fork
	a.emit(0x85, 0xc0); // test eax, eax
	jump(ifZero, "child");
	jump(ifNegative, "failed");
	a.emit(0x41, 0x89, 0xc4); // mov r12d, eax
	a.emit(0x45, 0x31, 0xed); // xor r13d, r13d
	closeFrom(0);
	address("rdi", "capHeader");
	address("rsi", "onlyKill");
	syscall(126); // capset
	a.emit(0x85, 0xc0);
	jump(ifZero, "loop");
	address("rdi", "capHeader");
	address("rsi", "nothing");
	syscall(126);

	a.label("loop");
	address("rdi", "allSignals");
	move("rsi", 0);
	move("rdx", 0);
	move("r10", 8);
	syscall(128); // rt_sigtimedwait
	a.emit(0x85, 0xc0);
	jump(ifNegative, "loop");
	a.emit(0x83, 0xf8, 17); // cmp eax, SIGCHLD
	jump(ifZero, "reap");
	for (const signal of [15, 2, 3]) {
		a.emit(0x83, 0xf8, signal);
		jump(ifZero, "ending");
	}
	a.label("forward");
	a.emit(0x44, 0x89, 0xe7); // mov edi, r12d
	a.emit(0x89, 0xc6); // mov esi, eax
	syscall(62); // kill
	jump(always, "loop");
	a.label("ending");
	a.emit(0x41, 0xbd, 1, 0, 0, 0); // mov r13d, 1
	jump(always, "forward");

	a.label("reap");
	move("rdi", -1);
	a.emit(0x48, 0x8d, 0x74, 0x24, 0xf8); // lea rsi, [rsp - 8]: the red zone holds the status
	move("rdx", 1); // WNOHANG
	move("r10", 0);
	syscall(61); // wait4
	a.emit(0x85, 0xc0);
	jump(ifZero, "loop");
	jump(ifNegative, "none");
	a.emit(0x44, 0x39, 0xe0); // cmp eax, r12d
	jump(ifNotZero, "reap");
	a.emit(0x44, 0x8b, 0x7c, 0x24, 0xf8); // mov r15d, [rsp - 8]
	a.emit(0x44, 0x89, 0xf8, 0x83, 0xe0, 0x7f); // mov eax, r15d; and eax, 0x7f
	jump(ifZero, "exited");
	a.emit(0x05, 128, 0, 0, 0); // add eax, 128
	a.emit(0x41, 0x89, 0xc7); // mov r15d, eax
	jump(always, "exit");
	a.label("exited");
	a.emit(0x41, 0xc1, 0xef, 8, 0x41, 0x81, 0xe7, 255, 0, 0, 0); // shr r15d, 8; and r15d, 255
	jump(ifNotZero, "exit");
	a.emit(0x45, 0x85, 0xed); // test r13d, r13d
	jump(ifNotZero, "exit");
	a.emit(0x41, 0xbc, 255, 255, 255, 255); // mov r12d, -1
	jump(always, "reap");
	a.label("none");
	a.emit(0x41, 0x83, 0xfc, 0xff); // cmp r12d, -1
	jump(ifNotZero, "loop");
	a.label("exit");
	a.emit(0x44, 0x89, 0xff); // mov edi, r15d
	syscall(231); // exit_group

	a.label("child");
	mask("noSignals");
	closeFrom(3);
	a.emit(0x49, 0x8b, 0x7e, 0x08); // mov rdi, [r14 + 8]: argv[1]
	syscall(80); // chdir
	a.emit(0x85, 0xc0);
	jump(ifNotZero, "failed");
	a.emit(0x49, 0x8b, 0x7e, 0x10); // mov rdi, [r14 + 16]: argv[2]
	a.emit(0x49, 0x8d, 0x76, 0x10); // lea rsi, [r14 + 16]
	a.emit(0x48, 0x8b, 0x04, 0x24); // mov rax, [rsp]: argc
	a.emit(0x49, 0x8d, 0x54, 0xc6, 0x08); // lea rdx, [r14 + rax * 8 + 8]: envp
	syscall(59); // execve
	a.label("failed");
	move("rdi", initCannotExecute);
	syscall(231);
	return a.finish();
}
