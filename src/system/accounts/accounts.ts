import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { Failure } from "../../core/failure.ts";
import { parseGroup, parsePasswd } from "../../core/machine/passwd.ts";
import type { Accounts, OwnAccount } from "../../engine/ports.ts";
import { isRootless, lowestPort } from "../launch/rootless.ts";
import { requireTool, toolEnvironment } from "../launch/tools.ts";

/** Accounts of the host's own files. */
export const systemAccounts: Accounts = {
	users: () => parsePasswd(read("/etc/passwd")),
	groups: () => parseGroup(read("/etc/group")),
	own: () => (isRootless() ? ownAccount() : undefined),
	create: async (name, numbers) => {
		if (numbers) await change("groupadd", ["--system", "--gid", String(numbers.gid), name]);
		const own = numbers ? ["--uid", String(numbers.uid), "--gid", String(numbers.gid)] : ["--user-group"];
		await change("useradd", [
			...["--system", ...own, "--no-create-home", "--home-dir", "/nonexistent"],
			...["--shell", "/usr/sbin/nologin", "--comment", "made by cagewright", name],
		]);
	},
	// Without --remove it touches no file but those of the accounts; its group goes with it (userdel(8), USERGROUPS_ENAB).
	remove: (name) => change("userdel", [name]),
};

/** As the kernel has it: an account need not be in any file (a directory service, a container). */
function ownAccount(): OwnAccount {
	const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
	const user = systemAccounts.users().find((one) => one.uid === uid);
	const groups = (process.getgroups?.() ?? []).filter((one) => one !== gid);
	return { name: user?.name ?? String(uid), uid, gid, groups, home: user?.home ?? "/", lowestPort: lowestPort() };
}

/** Throws `tool-missing` (exit 3) or `program-failed` (exit 1). */
async function change(tool: string, words: readonly string[]): Promise<void> {
	try {
		await promisify(execFile)(requireTool(tool), words, { env: toolEnvironment });
	} catch (error) {
		if (error instanceof Failure) throw error;
		const said = String((error as { stderr?: unknown }).stderr ?? "").trim();
		throw new Failure("program-failed", { program: tool, problem: said.split("\n").at(-1) || String(error) }, 1);
	}
}

function read(path: string): string {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return "";
	}
}
