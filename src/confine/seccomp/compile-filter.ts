import type { Filter } from "../confiner.ts";
import { Assembler, Label } from "./bpf.ts";
import { type Answer, conditionalRules, type Denial, errors, outrightDenials } from "./filter.ts";
import type { FilterPermissions } from "./filter-permissions.ts";
import { type Architecture, newestJudged, syscallNumber } from "./syscalls.ts";

/** linux/audit.h: AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64. */
const auditArchitecture = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** __X32_SYSCALL_BIT: x32 calls share x86_64's architecture, but have their own numbers. */
const x32 = 0x40000000;
/** seccomp(2): SECCOMP_RET_ALLOW, _KILL_PROCESS, _ERRNO. */
const allow = 0x7fff0000;
const kill = 0x80000000;
const refuse = (answer: Answer | "kill") => (answer === "kill" ? kill : 0x00050000 | errors[answer]);

/**
 * Two filters, because the kernel records all refusals of a filter or none. The stricter answer applies (seccomp(2)), and of two errors
 * that of the later filter.
 */
export function seccompFilters(architecture: Architecture, permissions: FilterPermissions): Filter[] {
	const part = (isLogged: boolean) => ({
		program: seccompFilter(architecture, permissions, ({ notice }) => (notice !== "none") === isLogged),
		isLogged,
	});
	return [part(false), part(true)];
}

/** Returns the filter, or the part with these denials, as `struct sock_filter[]`. */
export function seccompFilter(
	architecture: Architecture,
	permissions: FilterPermissions,
	has: (denial: Pick<Denial, "notice">) => boolean = () => true,
): Buffer {
	const assembler = new Assembler();
	const unless = (ask: (go: Label) => void, answer: number) => {
		const go = new Label();
		ask(go);
		assembler.answer(answer);
		assembler.place(go);
	};

	// Checked first, because numbers have other meanings on another architecture (i386 on x86_64).
	assembler.loadArchitecture();
	unless((go) => assembler.ifEqual(auditArchitecture[architecture], go), kill);
	assembler.loadNumber();
	if (architecture === "x64") unless((go) => assembler.ifAtLeast(x32, undefined, go), kill);
	if (has({ notice: "none" })) unless((go) => assembler.ifAtLeast(newestJudged + 1, undefined, go), refuse("ENOSYS"));

	const rules = conditionalRules(permissions).filter(has);
	for (const call of new Set(rules.map((rule) => rule.call))) {
		const number = syscallNumber(call, architecture);
		if (number === undefined) continue;
		const others = new Label();
		assembler.ifEqual(number, undefined, others);
		for (const rule of rules.filter((one) => one.call === call)) {
			const denied = new Label();
			const next = new Label();
			assembler.test(rule.deny, denied, next);
			assembler.place(denied);
			assembler.answer(refuse(rule.answer));
			assembler.place(next);
		}
		// The tests have overwritten the number, and no other rule concerns this call.
		assembler.answer(allow);
		assembler.place(others);
	}
	for (const { call, answer } of outrightDenials(permissions).filter(has)) {
		const number = syscallNumber(call, architecture);
		if (number !== undefined) unless((go) => assembler.ifEqual(number, undefined, go), refuse(answer));
	}
	assembler.answer(allow);
	return assembler.finish();
}
