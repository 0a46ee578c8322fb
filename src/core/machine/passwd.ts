import type { Group, User } from "./facts.ts";

/** passwd(5). Lines that are none (comments, NIS markers, wrong numbers) are passed over; the first entry of a name counts. */
export function parsePasswd(text: string): User[] {
	const users = new Map<string, User>();
	for (const line of text.split("\n")) {
		const [name, , uid, gid, gecos = "", home = "/", shell = ""] = line.split(":");
		const ids = { uid: parseId(uid), gid: parseId(gid) };
		if (!isName(name) || ids.uid === undefined || ids.gid === undefined || users.has(name)) continue;
		users.set(name, { name, uid: ids.uid, gid: ids.gid, gecos, home, shell });
	}
	return [...users.values()];
}

/** group(5), with the same tolerance. */
export function parseGroup(text: string): Group[] {
	const groups = new Map<string, Group>();
	for (const line of text.split("\n")) {
		const [name, , id, members = ""] = line.split(":");
		const gid = parseId(id);
		if (!isName(name) || gid === undefined || groups.has(name)) continue;
		groups.set(name, { name, gid, members: members.split(",").filter(Boolean) });
	}
	return [...groups.values()];
}

function isName(text: string | undefined): text is string {
	return !!text && !/^[#+-]/.test(text);
}

/** A uid or gid in decimal digits. */
export function parseId(text: string | undefined): number | undefined {
	if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
	const id = Number(text);
	return isId(id) ? id : undefined;
}

/** Whether a number can be a uid or gid. They have 32 bits, and (id_t)-1 means "no change" (credentials(7)). */
export function isId(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0xffffffff;
}
