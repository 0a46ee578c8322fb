import type { AccountUse } from "../../engine/ports.ts";
import { link, names, status } from "./proc.ts";

/**
 * Every process that has one of these user ids, as the real, effective, saved or file system one (proc_pid_status(5)): whoever has one of
 * them may signal and trace others of that account.
 */
export function processesOf(uids: readonly number[]): AccountUse[] {
	const wanted = new Set(uids);
	if (wanted.size === 0) return [];
	return names("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((name) => {
			const pid = Number(name);
			const text = status(pid) ?? "";
			const ids = /^Uid:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/).map(Number) ?? [];
			const uid = ids.find((id) => wanted.has(id));
			if (uid === undefined || /^State:\s*[ZX]/m.test(text)) return [];
			return [{ pid, uid, program: link(pid, "exe") ?? /^Name:\s*(.*)$/m.exec(text)?.[1] ?? "" }];
		});
}
