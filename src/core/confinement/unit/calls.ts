import type { UnitInput } from "./input.ts";
import type { UnitLines } from "./lines.ts";

/** System calls that @privileged takes away and that a capability is of no use without. */
const callsOf: Readonly<Record<string, string>> = {
	sys_chroot: "chroot",
	sys_time: "@clock",
	syslog: "syslog",
};

/** The system calls that are left. */
export function calls(unit: UnitLines, input: UnitInput): void {
	const { openings } = input.plan;
	unit.because("Calls of other ABIs (i386, x32) would pass by the filter.");
	unit.set("SystemCallArchitectures", "native");
	unit.set("SystemCallErrorNumber", "EPERM");
	unit.because("What services use, without what changes the machine, mounts, or reaches into other processes.");
	unit.set("SystemCallFilter", "@system-service");
	unit.set("SystemCallFilter", "~@privileged @resources @mount @debug @keyring");
	unit.set(
		"SystemCallFilter",
		"~memfd_create execveat io_uring_setup io_uring_enter io_uring_register userfaultfd setns unshare",
	);
	unit.set(
		"SystemCallFilter",
		"~open_by_handle_at name_to_handle_at process_vm_readv process_vm_writev process_madvise kcmp listmount statmount",
	);
	if (openings.memfd !== undefined) {
		unit.because(`memfd is needed for: ${openings.memfd}`);
		unit.set("SystemCallFilter", "memfd_create");
	}
	if (openings.scheduling !== undefined) {
		// A thread that is started with explicit attributes sets its policy, and where that is refused there is no thread (measured: rsyslog).
		unit.because(
			`@resources is needed for: ${openings.scheduling}. Without a capability it lowers the account's own priorities and limits alone.`,
		);
		unit.set("SystemCallFilter", "@resources");
	}
	// As in the trial, whose filter knows arguments: a daemon that cannot give up rights which it does not have ends (measured: named).
	unit.because("Without a capability these only give up rights, or change what is the account's own.");
	unit.set("SystemCallFilter", "capset @setuid @chown");
	if (input.confiner) {
		unit.because("By these the first program gives up more; whoever has them can only give up more.");
		unit.set("SystemCallFilter", "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self");
	}
	const needed = new Set(openings.capabilities.flatMap(({ idle, name }) => (idle ? [] : (callsOf[name] ?? []))));
	if (needed.size) {
		unit.because("What the capabilities above are used through.");
		unit.set("SystemCallFilter", [...needed].join(" "));
	}
}
