import { parseMadeDirectory } from "../application/made-directory.ts";

/** Names for numbers, as this machine has them. */
export interface AccountNames {
	readonly userName: (uid: number) => string | undefined;
	readonly groupName: (gid: number) => string | undefined;
}

/** `user[:group]` with names for numbers; undefined where one of them has none here. */
export function accountWordOf(text: string, names: AccountNames): string | undefined {
	const [user = "", group] = text.split(":");
	const userWord = nameFor(user, names.userName);
	const groupWord = group === undefined ? undefined : nameFor(group, names.groupName);
	if (userWord === undefined || (group !== undefined && groupWord === undefined)) return undefined;
	return groupWord === undefined ? userWord : `${userWord}:${groupWord}`;
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
