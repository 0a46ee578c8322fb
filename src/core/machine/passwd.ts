import type { Group, User } from "./facts.ts";

/** passwd(5). Lines that are none (comments, NIS markers, wrong numbers) are passed over; the first entry of a name counts. */
export function parsePasswd(text: string): User[] {
	const users = new Map<string, User>();
	for (const line of text.split("\n")) {
		const [name, , uid, gid, gecos = "", home = "/", shell = ""] = line.split(":");
		const ids = [Number(uid), Number(gid)];
		if (!name || !uid || !gid || /^[#+-]/.test(name) || !ids.every(isId) || users.has(name)) continue;
		users.set(name, { name, uid: ids[0] as number, gid: ids[1] as number, gecos, home, shell });
	}
	return [...users.values()];
}

/** group(5), with the same tolerance. */
export function parseGroup(text: string): Group[] {
	const groups = new Map<string, Group>();
	for (const line of text.split("\n")) {
		const [name, , gid, members = ""] = line.split(":");
		if (!name || !gid || /^[#+-]/.test(name) || !isId(Number(gid)) || groups.has(name)) continue;
		groups.set(name, { name, gid: Number(gid), members: members.split(",").filter(Boolean) });
	}
	return [...groups.values()];
}

function isId(id: number): boolean {
	return Number.isInteger(id) && id >= 0 && id < 0xffffffff;
}
