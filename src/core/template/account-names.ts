import { parseMadeDirectory } from "../application/made-directory.ts";

/** Names for numbers, as this machine has them. */
export interface AccountNames {
	readonly userName: (uid: number) => string | undefined;
	readonly groupName: (gid: number) => string | undefined;
}

/** `user[:group[:more,groups]]` with names for numbers; undefined where one of them has none here. */
export function accountWordOf(text: string, names: AccountNames): string | undefined {
	const [user = "", ...groups] = text.split(":");
	const groupWords = groups.map((list) => list.split(",").map((group) => nameFor(group, names.groupName)));
	const words = [nameFor(user, names.userName), ...groupWords.flat()];
	if (words.includes(undefined)) return undefined;
	return [words[0], ...groupWords.map((list) => list.join(","))].join(":");
}

/** `PATH[:MODE[:USER[:GROUP]]]` the same way: an owner without a name is left out, and then it is the application's account. */
export function directoryWithoutNumbers(text: string, names: AccountNames): string {
	const { mode, owner, path } = parseMadeDirectory(text);
	if (owner === undefined || !/(^|:)\d+(:|$)/.test(owner)) return text;
	const named = accountWordOf(owner, names);
	return [path, mode.toString(8).padStart(4, "0"), ...(named === undefined ? [] : [named])].join(":");
}

function nameFor(text: string, nameOf: (id: number) => string | undefined): string | undefined {
	return /^\d+$/.test(text) ? nameOf(Number(text)) : text;
}
