/** Both ends belong to it. */
export interface IdRange {
	readonly first: number;
	readonly last: number;
}

/**
 * The ids of a range that nobody has, the best first. It begins in the middle, because packages of this and other systems (containers)
 * number their accounts from both ends and may do so after this one is chosen.
 */
export function* freeIds({ first, last }: IdRange, taken: ReadonlySet<number>, ranges: readonly IdRange[]): Generator<number> {
	const middle = Math.floor((first + last) / 2);
	const isFree = (id: number) => !taken.has(id) && !ranges.some((range) => range.first <= id && id <= range.last);
	for (let id = middle; id >= first; id--) if (isFree(id)) yield id;
	for (let id = middle + 1; id <= last; id++) if (isFree(id)) yield id;
}

/** Ranges of subuid(5) and subgid(5): `name:first:count`. Lines of another form are passed over. */
export function subordinateRanges(text: string): IdRange[] {
	return text.split("\n").flatMap((line) => {
		const [, first, count] = /^[^:]*:(\d{1,10}):(\d{1,10})$/.exec(line.trim()) ?? [];
		return first === undefined || Number(count) < 1 ? [] : [{ first: Number(first), last: Number(first) + Number(count) - 1 }];
	});
}

/** `SYS_UID_MIN` to `SYS_UID_MAX` of login.defs(5), with useradd's defaults. */
export function systemRange(loginDefs: string): IdRange {
	const value = (name: string, otherwise: number) => {
		const found = Number(new RegExp(`^\\s*${name}\\s+(\\d{1,9})\\s*$`, "m").exec(loginDefs)?.[1] ?? otherwise);
		return found > 0 ? found : otherwise;
	};
	return { first: value("SYS_UID_MIN", 101), last: value("SYS_UID_MAX", value("UID_MIN", 1000) - 1) };
}
