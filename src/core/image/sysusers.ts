import type { Manifest } from "../cage/manifest.ts";
import { type Path, pathFromText } from "../path/path.ts";

/** Where systemd-sysusers(8) reads an artefact's accounts. */
export function sysusersPath(unit: string): Path {
	return pathFromText(`/usr/lib/sysusers.d/${unit}.conf`);
}

/**
 * Returns the cage's accounts in the form of sysusers.d(5). They have no numbers, because each machine has its own: only names mean the
 * same everywhere.
 */
export function sysusers({ accounts, name }: Pick<Manifest, "accounts" | "name">): string {
	const { groups, users } = accounts;
	const groupOf = (gid: number) => groups.find((group) => group.gid === gid)?.name;
	const others = users.filter(({ uid }) => uid !== 0);
	const lines = [
		...groups.filter(({ gid }) => gid !== 0).map((group) => `g ${group.name} -`),
		...others.map(
			({ gid, home, name: user }) => `u ${user} -:${groupOf(gid) ?? user} "${user} of the cage ${name}" ${home || "-"}`,
		),
		...groups.flatMap((group) =>
			group.members.filter((one) => others.some(({ name: user }) => user === one)).map((user) => `m ${user} ${group.name}`),
		),
	];
	return lines.map((line) => `${line}\n`).join("");
}
