import type { OwnerNames } from "../archive/owner-names.ts";
import type { OwnerMap } from "../plan/owners.ts";

/**
 * Numbers of accounts in images. They depend on names only, so that every machine exports the same image. Services have lower ones
 * (login.defs(5)), local users are counted from 1000, and a rootless container has 65536 numbers.
 */
const first = 20_000;
const count = 40_000;

/** `cage` is part of the numbers, so that two cages on one machine do not share an account. */
export function imageOwners(cage: string, { groups, users }: OwnerNames): OwnerMap {
	const numbers = new Map<string, number>();
	const taken = new Set<number>();
	for (const name of [...new Set([...Object.values(users), ...Object.values(groups)])].sort()) {
		let number = hash(`${cage}/${name}`) % count;
		while (taken.has(number)) number = (number + 1) % count;
		taken.add(number);
		numbers.set(name, first + number);
	}
	const find = (names: Readonly<Record<string, string>>) => (id: number) => (id === 0 ? 0 : (numbers.get(names[id] ?? "") ?? id));
	return { uid: find(users), gid: find(groups) };
}

/** FNV-1a of 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
	return value;
}
